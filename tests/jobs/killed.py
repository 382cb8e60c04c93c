"""The process that is killed: opens files into a book and stops by itself at the step it was told."""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from salesops.jobs import opening


def main(source: str, book: str, fatal: int) -> None:
    """Die, as by kill -9, at the `fatal`-th of the events that change files or tell progress."""
    seen = 0

    def event(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def audited(name: str, _arguments: tuple[object, ...]) -> None:
        if name in ("os.rename", "os.remove", "os.mkdir", "shutil.move", "shutil.rmtree", "open"):
            event()

    sys.addaudithook(audited)
    opening.open_files(
        [Path(source)], Path(book), lambda: datetime(2026, 6, 30, tzinfo=UTC), watch=event
    )
    sys.stdout.write(str(seen))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
