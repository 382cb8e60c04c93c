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
        from salesops.jobs.exporting import forget_old_exports
        from salesops.jobs.kinds import KINDS, follow_soon
        from salesops.jobs.notices import Noticing
        from salesops.jobs.once_a_minute import OnceAMinute
        from salesops.jobs.sealing import Sealing
        from salesops.jobs.weekly import plan_next
        from salesops.jobs.worker import Worker, run_until_told

        logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
        if beneath is None:
            say(err(), "Working. Ctrl-C ends it; what it is at is finished or given back.")
        seal, notice = (make(system_clock) for make in (Sealing, Noticing))
        plan, clear = (OnceAMinute(do, system_clock) for do in (plan_next, forget_old_exports))

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
