"""Sorting a request under another kind or priority than it came with."""

from __future__ import annotations

from salesops.actions.edit_record import Unfit
from salesops.actions.handling_request import handling
from salesops.foundations.business_hours import BusinessHours
from salesops.foundations.clock import Clock
from salesops.records.change import Change
from salesops.records.request import OWNER, PRIORITIES, SORTED, RequestKind
from salesops.records.request_reach import may_have
from salesops.records.user import User


def sort_request(
    actor: User,
    key: int,
    kind: str,
    priority: int,
    clock: Clock,
    hours: BusinessHours,
    *,
    door: str = "browser",
) -> Change:
    """Give the request a kind and a priority. With another kind come its service level and who handles it.

    Who has it and may not have one of the new kind has it no longer.
    """
    with handling(actor, key, "sort_request", clock, hours, door) as held:
        request = held.request
        held.refuse_who_does_not_handle_it()
        held.refuse_ended()
        found = RequestKind.objects.filter(pk=kind.replace("\0", "")).first()
        if found is None:
            raise Unfit("kind", "Choose one of the list.")
        if priority not in dict(PRIORITIES):
            raise Unfit("priority", "Choose one of the list.")
        if (found, priority) == (request.kind, request.priority):
            return held.change
        held.add(SORTED, kind=found, priority=priority)
        if found != request.kind:
            request.kind = found
            request.answer_minutes = found.answer_minutes
            request.solve_minutes = found.solve_minutes
            allowed = may_have(found)
            if request.owner_id and not allowed.filter(pk=request.owner_id).exists():
                held.add(OWNER, owner=allowed.filter(pk=found.owner_id or 0).first())
        request.priority = priority
    return held.change
