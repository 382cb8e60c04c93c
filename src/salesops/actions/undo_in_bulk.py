"""Take back a change of very many records: by a worker in steps, as one change."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from salesops.actions.changing import undoing_once
from salesops.actions.edit_in_bulk import UNDO_MANY
from salesops.actions.enqueue import enqueue
from salesops.actions.undo_change import put_back
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.context import within
from salesops.records.job import RUNNING, WAITING, Job
from salesops.records.record import Record
from salesops.records.user import User


def undo_many_soon(actor: User, job: Job, clock: Clock, *, door: str = "browser") -> Job:
    """Have a worker take back what a job of the actor's changed."""
    if job.state in (WAITING, RUNNING):
        raise Refusal("This is still being done. Undo it when it has ended.")
    done = Change.objects.get(pk=job.arguments["change"])
    with undoing_once(actor, done, clock, door=door) as undoing:
        arguments = job.arguments | {"change": undoing.pk}
        return enqueue(actor, UNDO_MANY, arguments, clock, lock_key=f"{UNDO_MANY} {undoing.pk}")


def put_back_some(
    undoing: Change, noun: type[Record], keys: Sequence[str], clock: Clock
) -> tuple[int, int]:
    """One step, within the caller's transaction: how many went back and how many stay as somebody left them since."""
    assert undoing.actor is not None
    assert undoing.undoes is not None
    try:
        with transaction.atomic(), within(undoing.pk, undoing.effective_at):
            back, stay = put_back(undoing.actor, noun, undoing.undoes, clock, keys)
    except Refusal:  # one of them is no longer theirs: each for itself
        if len(keys) == 1:
            return 0, 1
        each = [put_back_some(undoing, noun, [key], clock) for key in keys]
        return sum(b for b, _ in each), sum(s for _, s in each)
    return back, len(stay)
