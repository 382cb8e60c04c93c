"""Taking back what one has just done with a request, where nobody has read words of it or gone on since."""

from __future__ import annotations

from salesops.actions.handling_request import handling
from salesops.foundations.business_hours import BusinessHours
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.request import EFFORT, OWNER, STATE, UNDONE, Request, RequestEvent
from salesops.records.user import User

_CAN_BE = {STATE, OWNER, EFFORT}


def can_be_undone(actor: User, request: Request, change: int) -> bool:
    """The change is the last of the request, the actor's own, and holds no words."""
    return bool(_events(actor, request, change))


def undo_request(
    actor: User,
    key: int,
    change: int,
    clock: Clock,
    hours: BusinessHours,
    *,
    door: str = "browser",
) -> Change:
    """Take back a state, an owner or minutes. It is on record that it was done and taken back."""
    with handling(actor, key, "undo_request", clock, hours, door) as held:
        events = _events(actor, held.request, change)
        if not events:
            raise Refusal("This can be undone no more: somebody went on since, or read it.")
        for event in events:
            held.add(UNDONE, undoes=event)
    return held.change


def _events(actor: User, request: Request, change: int) -> list[RequestEvent]:
    done = list(request.events.filter(change=change, change__actor=actor))
    if not done or not {event.act for event in done} <= _CAN_BE:
        return []
    went_on = request.events.filter(pk__gt=done[-1].pk).exists()
    return [] if went_on else done
