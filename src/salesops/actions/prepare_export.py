"""Having a large export prepared by a worker, for whoever asked and nobody else."""

from __future__ import annotations

from datetime import timedelta

from salesops.actions.enqueue import enqueue
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.job import RUNNING, WAITING, Job
from salesops.records.user import User

EXPORT = "export"
KEPT_FOR = timedelta(days=1)
MOST_AT_A_TIME = 5  # of one person


def prepare_export(actor: User, address: str, name: str, clock: Clock) -> Job:
    """Have a file called `name` made of what the page at the address shows the actor.

    Asked again while it is being prepared it is the same job.
    """
    wanted = {"address": address, "name": name}
    going = Job.objects.filter(kind=EXPORT, asked_by=actor, state__in=(WAITING, RUNNING))
    mine = list(going.filter(is_cancel_wished=False))
    for job in mine:
        if job.arguments == wanted:
            return job
    if len(mine) >= MOST_AT_A_TIME:
        raise Refusal(
            f"{MOST_AT_A_TIME} files are being prepared for you already. Wait for one of them, or stop one under Work."
        )
    # One of each person at a time, so that other workers are left to others.
    return enqueue(actor, EXPORT, wanted, clock, lock_key=f"{EXPORT} {actor.pk}")


def note_fetched(actor: User, job: Job) -> None:
    """Who asked has the file; no page needs to tell them of it any more."""
    Job.objects.filter(pk=job.pk, asked_by=actor).update(kept={**job.kept, "fetched": True})
