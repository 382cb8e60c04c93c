"""Undo a change: every record it touched goes back to what it was, unless somebody changed it since."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from salesops.actions.attach_files import changed_files, undo_files
from salesops.actions.changing import undoing_once
from salesops.actions.contacts_of_deals import keep_one_primary
from salesops.actions.define_field import refuse_values_lost, refuse_who_may_not
from salesops.actions.standing_plan import refuse_for_others, refuse_plan_lost
from salesops.actions.undo_conversion import is_of_conversion, undo_conversion
from salesops.actions.unmerge_records import unmerge_records
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.custom_field import CustomField
from salesops.records.duplicate import Merge
from salesops.records.models import KEPT, OpportunityContact, ProcessChange
from salesops.records.reach import reach
from salesops.records.record import FOREVER, OWN, Record, Version
from salesops.records.user import User
from salesops.records.visibility import editable_within


@dataclass(frozen=True)
class Undone:
    """The change that undid another, how many records went back, and which were changed since and stay."""

    change: Change
    records: int
    stay: tuple[str, ...]


def undo_change(actor: User, change: Change, clock: Clock, *, door: str = "browser") -> Undone:
    """Take back what `change` did. What it created is deleted, what it deleted is there again.

    The actor must be able to edit every record of it, also where it is deleted, or have deleted it. A record that was
    changed since keeps its later state and is named.
    """
    if Merge.objects.filter(change=change).exists():
        unmerged = unmerge_records(actor, change, clock, door=door)
        return Undone(unmerged.change, len(unmerged.records), tuple(unmerged.stays))
    if Merge.objects.filter(ended_by=change).exists():
        raise Refusal("This took a merge back. To have it again, merge the records again.")
    if any(changed_files(change)):
        return Undone(undo_files(actor, change, clock, door=door), 1, ())
    if is_of_conversion(change):
        return Undone(*undo_conversion(actor, change, clock, door=door), ())
    with undoing_once(actor, change, clock, door=door) as undoing:
        records, stay = 0, list[str]()
        for noun in KEPT.values():
            back, left = put_back(actor, noun, change, clock)
            records += back
            stay += left
        if not records and not stay:
            raise Refusal("This changed no record, so there is nothing to undo.")
    return Undone(undoing, records, tuple(stay))


def put_back(
    actor: User, noun: type[Record], change: Change, clock: Clock, keys: Sequence[str] | None = None
) -> tuple[int, list[str]]:
    """Within a change: how many records of a noun went back, and the keys of those changed since, which stay.

    With `keys`, of those records alone.
    """
    records, stay = 0, []
    for version in _last_states(noun, change, keys):
        _refuse_who_may_not(actor, noun, change, version)
        if version.ends_at == FOREVER:
            _put_back(actor, noun, version, change, clock)
            records += 1
        else:
            stay.append(version.record_id)
    return records, stay


def _last_states(
    noun: type[Record], change: Change, keys: Sequence[str] | None
) -> Iterator[Version]:
    """The state the change left each record in."""
    opened = noun.versions.objects.filter(opened_by=change.pk, is_tombstone=False)
    if keys is not None:
        opened = opened.filter(record_id__among=set(keys))
    for _, states in groupby(opened.order_by("record_id", "version"), lambda v: v.record_id):
        *_, last = states
        yield last


def _refuse_who_may_not(actor: User, noun: type[Record], change: Change, version: Version) -> None:
    if noun is CustomField:
        refuse_who_may_not(actor)
    theirs = editable_within(reach(actor), noun, also_deleted=True)
    if theirs.filter(pk=version.record_id).exists():
        return
    if version.deleted_at is None or change.actor_id != actor.pk:
        raise Refusal("Only who may edit everything that was changed can undo it.")


def _put_back(
    actor: User, noun: type[Record], version: Version, change: Change, clock: Clock
) -> None:
    """The state before the change; for what it created: deleted."""
    former = (
        noun.versions.objects.filter(record_id=version.record_id, version__lt=version.version)
        .exclude(opened_by=change.pk)
        .order_by("-version")
        .first()
    )
    record = noun.objects.filter(pk=version.record_id)
    if noun is ProcessChange:
        refuse_plan_lost(version, former)
        refuse_for_others(actor, former)
    if former is None:
        if noun is CustomField:
            refuse_values_lost(version)
        record.update(deleted_at=clock())
        return
    values: dict[str, Any] = {
        str(f.column): getattr(former, str(f.column))
        for f in noun.versions._meta.concrete_fields
        if f.column not in OWN
    }
    record.update(**values)
    if noun is OpportunityContact:
        keep_one_primary(record.get())
