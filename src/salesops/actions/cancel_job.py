"""Stopping long work that waits or runs, by who asked for it or by sales operations."""

from __future__ import annotations

from salesops.actions.changing import changing
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.job import CANCELLED, RUNNING, WAITING, Job
from salesops.records.reach import DECIDE
from salesops.records.sealing import ERASE
from salesops.records.user import User


def may_cancel(actor: User, job: Job) -> bool:
    """Whether somebody may stop this work. An erasure is done whole."""
    if job.kind == ERASE:
        return False
    return actor.is_active and (actor.role in DECIDE or job.asked_by_id == actor.pk)


def cancel_job(actor: User, job: Job, clock: Clock, *, door: str = "browser") -> None:
    """A waiting job is not run, and where it is scheduled not again; a running one stops soon, all or nothing.

    Refuses where it has ended, and where the job is somebody else's.
    """
    if job.kind == ERASE:
        raise Refusal("A person who is being erased is erased whole; this cannot be stopped.")
    if not may_cancel(actor, job):
        raise Refusal("Only who asked for this work, or sales operations, may stop it.")
    with changing(actor, "cancel_job", clock, door=door, reason=f"{job.kind} {job.pk}"):
        found = Job.objects.filter(pk=job.pk)
        waited = found.filter(state=WAITING).update(
            state=CANCELLED,
            ended_at=clock(),
            is_cancel_wished=True,
            error="Stopped before it began.",
        )
        # A worker that takes it in this moment sees the wish at its next beat.
        if not waited and not found.filter(state=RUNNING).update(is_cancel_wished=True):
            raise Refusal("This work has ended already.")
