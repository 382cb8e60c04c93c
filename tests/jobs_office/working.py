"""Keeps workers alive in children of its own, each as ready as a fork is; a test kills them.

`python -m tests.jobs_office.working LEASE CHILDREN SECONDS_TO_FINISH [naive]`; without children it is one worker
itself. The naive worker is the control: with a flag for “running”, and the effect before the mark, as one writes
it first.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import NoReturn

import django


def proper(lease: float, seconds_to_finish: float) -> None:
    """As the program's own, with the kinds of the tests and a short lease."""
    from salesops.foundations.clock import system_clock
    from salesops.jobs.worker import Worker, run_until_told
    from tests.jobs_office.kinds import KINDS

    run_until_told(
        Worker(
            KINDS, system_clock, lease=timedelta(seconds=lease), seconds_to_finish=seconds_to_finish
        )
    )


def naive() -> None:
    """Take what waits, do it, mark it as done."""
    from salesops.records.activity import Activity
    from salesops.records.job import DONE, RUNNING, WAITING, Job

    while True:
        job = Job.objects.filter(state=WAITING).order_by("id").first()
        mine = {"state": RUNNING, "worker": f":{os.getpid()}"}
        if job is None or not Job.objects.filter(pk=job.pk, state=WAITING).update(**mine):
            time.sleep(0.05)
            continue
        time.sleep(0.4)
        Activity.objects.create(subject=str(job.pk))
        Job.objects.filter(pk=job.pk).update(state=DONE)


def keep(work: Callable[[], None], count: int) -> NoReturn:
    """Have so many children at work, and another for each that dies, until told to end."""
    children: set[int] = set()

    def end(_number: int, _frame: object) -> NoReturn:
        for child in children:
            os.kill(child, signal.SIGKILL)
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    while True:
        while len(children) < count:
            child = os.fork()
            if child == 0:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                work()
                os._exit(0)
            children.add(child)
        children.discard(os.wait()[0])


if __name__ == "__main__":
    django.setup()
    work = naive if "naive" in sys.argv else partial(proper, float(sys.argv[1]), float(sys.argv[3]))
    if int(sys.argv[2]) == 0:
        work()
    else:
        keep(work, int(sys.argv[2]))
