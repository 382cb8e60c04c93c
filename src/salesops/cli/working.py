"""A worker from the command line: it does the office's long work until interrupted."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from salesops.cli.office import in_use
from salesops.cli.terminal import err, say


def work(folder: Path, beneath: int | None) -> None:
    """Work until interrupted; with `beneath` no longer than that process is our parent."""
    with in_use(folder):
        from salesops.foundations.clock import system_clock
        from salesops.jobs.exporting import Clearing
        from salesops.jobs.kinds import KINDS, follow_soon
        from salesops.jobs.notices import Noticing
        from salesops.jobs.sealing import Sealing
        from salesops.jobs.weekly import Planning
        from salesops.jobs.worker import Worker, run_until_told

        logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
        if beneath is None:
            say(err(), "Working. Ctrl-C ends it; what it is at is finished or given back.")
        seal, plan, notice, clear = (
            make(system_clock) for make in (Sealing, Planning, Noticing, Clearing)
        )

        def when_idle() -> None:
            follow_soon(system_clock)
            plan()
            notice()
            clear()
            seal()

        run_until_told(
            Worker(KINDS, system_clock, when_idle=when_idle),
            lambda: beneath is None or os.getppid() == beneath,
        )
