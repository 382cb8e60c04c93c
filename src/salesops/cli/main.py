"""The `salesops` command: whatever happens ends in an exit code with a meaning, and never in a traceback."""

from __future__ import annotations

import gc
import os
import sys

from salesops.cli import exits


def run() -> None:
    """Run the command; what cannot be done is a sentence."""
    # To look for cycles every few hundred objects takes a tenth of the time of a command that opens a book.
    gc.set_threshold(100_000, 50, 50)
    try:
        _run()
    except BrokenPipeError:
        # The reader has gone, as `head` does. Nothing may be written any more, not even at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(exits.NOT_IN_ORDER)
    except OSError as error:
        if error.filename is None:
            raise
        _refuse(f"{error.filename}: {error.strerror}.")
    except KeyboardInterrupt:
        sys.exit(exits.CANCELLED)


def _run() -> None:
    from salesops.cli.app import app
    from salesops.foundations.problem import Refusal

    try:
        app()
    except Refusal as refusal:
        _refuse(str(refusal), *(f"{p.message} {p.remedy}" for p in refusal.problems))
    finally:
        sys.stdout.flush()


def _refuse(*sentences: str) -> None:
    for sentence in sentences:
        print(sentence, file=sys.stderr)  # noqa: T201
    sys.exit(exits.REFUSED)
