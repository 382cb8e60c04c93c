"""One change: who, which verb, through which door and why, around everything it writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.context import within
from salesops.records.user import User


@contextmanager
def changing(
    actor: User | None,
    verb: str,
    clock: Clock,
    *,
    door: str = "browser",
    reason: str = "",
    effective_at: datetime | None = None,
    undoes: Change | None = None,
) -> Iterator[Change]:
    """All or nothing: what is written inside is one change, kept with its reason.

    `effective_at` is from when it is true, where that is not now. Inside another change this one has its
    own entry, and the outer one goes on after it.
    """
    now = clock()
    with transaction.atomic():
        change = Change.objects.create(
            at=now,
            effective_at=effective_at or now,
            actor=actor,
            verb=verb,
            door=door,
            reason=reason,
            undoes=undoes,
        )
        with within(change.pk, change.effective_at):
            yield change


@contextmanager
def undoing_once(
    actor: User, change: Change, clock: Clock, *, door: str = "browser"
) -> Iterator[Change]:
    """The change that takes another back. Refuses where that was done already; of two at once the second is refused."""
    with changing(actor, "undo_change", clock, door=door, undoes=change) as undoing:
        held = Change.objects.select_for_update().get(pk=change.pk)
        if held.undone_by.exclude(pk=undoing.pk).exists():
            raise Refusal("This was undone already.")
        yield undoing
