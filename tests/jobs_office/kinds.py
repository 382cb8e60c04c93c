"""Work for the tests: each leaves a record for every time it had its effect."""

from __future__ import annotations

import os
import time
from pathlib import Path

from salesops.foundations.problem import Refusal
from salesops.jobs.work import Work
from salesops.records.activity import Activity


def leave_a_mark(work: Work) -> None:
    """Take a while, then leave a record, and be done in the same transaction."""
    for tenth in range(int(work.arguments.get("tenths", 4))):
        work("Working", tenth, 4)
        time.sleep(0.1)
    with work.effect():
        _mark(work)
        work.finish({"by": os.getpid()})


def leave_many(work: Work) -> None:
    """Leave ten records, one at a time, and go on after a death where it was left."""
    for number in range(int(work.kept.get("next", 0)), 10):
        with work.effect():
            _mark(work, f" {number}")
            work.kept["next"] = number + 1
        work("Leaving", number + 1, 10)
        time.sleep(0.05)


def wait_for_file(work: Work) -> None:
    """Say that it began, stand until a file is there, then leave a record."""
    place = Path(work.arguments["file"])
    place.with_suffix(".begun").touch()
    while not place.exists():
        if not work.arguments.get("deaf"):
            work("Waiting for a file")
        time.sleep(0.02)
    with work.effect():
        _mark(work)


def refuse(_work: Work) -> None:
    """Be unable to."""
    raise Refusal("The file is gone. Send it again.")


def fail_at_first(work: Work) -> str:
    """Fail at the first tries, then do it."""
    if work.job.attempts < int(work.arguments["works_at"]):
        raise ValueError("Not yet")
    return f"at try {work.job.attempts}"


def _mark(work: Work, more: str = "") -> None:
    Activity.objects.create(subject=f"{work.job.pk}{more}")


KINDS = {
    kind.__name__: kind for kind in (leave_a_mark, leave_many, wait_for_file, refuse, fail_at_first)
}
