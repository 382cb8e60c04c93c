"""The contacts of a deal: one is the primary one, and after contacts were merged nobody is in a role twice."""

from __future__ import annotations

from salesops.records.change import Change
from salesops.records.models import OpportunityContact
from salesops.records.record import Record


def keep_one_primary(record: Record) -> None:
    """Within a change: where this is the primary contact of a deal, no other of the deal is. Before it is saved, so that
    history tells last what was done first of all."""
    if not isinstance(record, OpportunityContact) or not record.is_primary or record.deleted_at:
        return
    others = OpportunityContact.objects.filter(
        opportunity=record.opportunity_id, is_primary=True, deleted_at=None
    )
    others.exclude(pk=record.pk).update(is_primary=False)


def take_doubles_away(contact: str, merge: Change) -> None:
    """Within a merge: of a deal's rows of one contact those go that say nothing more than another; the one that stays
    is the primary one if any of them was."""
    rows = OpportunityContact.objects.filter(contact=contact, deleted_at=None).order_by("pk")
    stands: dict[str, dict[str, str]] = {}
    # Those that tell a role first: without one, a row says nothing more than they do.
    for row in sorted(rows, key=lambda r: (not r.role, not r.is_primary)):
        role, there = (row.role or "").casefold(), stands.setdefault(str(row.opportunity_id), {})
        other = there.get(role) if role else next(iter(there.values()), None)
        if other is None:
            there[role] = row.pk
            continue
        OpportunityContact.objects.filter(pk=row.pk).update(deleted_at=merge.at)
        if row.is_primary:
            OpportunityContact.objects.filter(pk=other).update(is_primary=True)


def bring_doubles_back(merge: Change) -> None:
    """Within the change that takes a merge back: what the merge took away, or made the primary one, is as it was,
    unless somebody changed it since."""
    states = OpportunityContact.versions.objects
    for key in set(states.filter(opened_by=merge.pk).values_list("record_id", flat=True)):
        made = list(states.filter(record_id=key, opened_by=merge.pk).order_by("version"))
        first, last = made[0], made[-1]
        before = states.filter(record_id=key, version__lt=first.version).order_by("version").last()
        if before is None:
            continue
        for column in ("deleted_at", "is_primary"):
            was, left = getattr(before, column), getattr(last, column)
            if was != left:
                OpportunityContact.objects.filter(pk=key, **{column: left}).update(**{column: was})
