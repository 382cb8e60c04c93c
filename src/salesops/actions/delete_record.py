"""Delete records: they are gone from every page, list and number, and come back by undoing it."""

from __future__ import annotations

from collections.abc import Sequence

from salesops.actions.changing import changing
from salesops.actions.edit_record import held_to_edit
from salesops.foundations.clock import Clock
from salesops.records.change import Change
from salesops.records.record import Record
from salesops.records.user import User


def delete_records(
    actor: User,
    noun: type[Record],
    keys: Sequence[str],
    clock: Clock,
    *,
    reason: str = "",
    door: str = "browser",
) -> Change:
    """Take the records away, all or none. What refers to them still does, and finds them when they are back."""
    verb = f"delete_{noun._meta.db_table}"
    with changing(actor, verb, clock, door=door, reason=reason) as change:
        held = held_to_edit(actor, noun, list(dict.fromkeys(keys)))
        noun.objects.filter(pk__in=[r.pk for r in held]).update(deleted_at=change.at)
    return change
