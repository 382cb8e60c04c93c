"""Bring a deleted record back, whoever deleted it: whoever may edit such a record may."""

from __future__ import annotations

from salesops.actions.changing import changing
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.duplicate import merged_into
from salesops.records.reach import reach
from salesops.records.record import Record
from salesops.records.user import User
from salesops.records.visibility import editable_within, visible_within


def restore_record(actor: User, noun: type[Record], key: str, clock: Clock) -> Change:
    """The record is there again as it was when it was deleted, and what refers to it finds it."""
    name, scope = noun._meta.db_table, reach(actor)
    with changing(actor, f"restore_{name}", clock) as change:
        held = noun.objects.select_for_update().filter(pk=key).first()
        seen = visible_within(scope, noun, also_deleted=True)
        if held is None or not seen.filter(pk=key).exists():
            raise Refusal("There is no such record, or it is not yours to see.")
        if held.deleted_at is None:
            raise Refusal(f"“{held}” is there already: somebody brought it back.")
        if key in merged_into(name, [key]):
            raise Refusal(f"“{held}” was merged. Take the merge apart to have it by itself again.")
        if not editable_within(scope, noun, also_deleted=True).filter(pk=key).exists():
            raise Refusal(f"You may look at “{held}” but not bring it back. Ask its owner.")
        noun.objects.filter(pk=key).update(deleted_at=None)
    return change
