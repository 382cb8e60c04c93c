"""Taking a request, and giving it to somebody or to nobody."""

from __future__ import annotations

from salesops.actions.handling_request import Held, Outrun, handling
from salesops.foundations.business_hours import BusinessHours
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.request import IN_PROGRESS, NEW, OWNER, REOPENED, STATE
from salesops.records.request_reach import may_have
from salesops.records.user import User


def take_request(
    actor: User,
    key: int,
    clock: Clock,
    hours: BusinessHours,
    *,
    seen: int | None = None,
    door: str = "browser",
) -> Change:
    """Make the request one's own and begin with it. `seen` is who had it when one looked."""
    with handling(actor, key, "take_request", clock, hours, door) as held:
        _give(held, actor, seen)
        if held.request.state in (NEW, REOPENED):
            held.add(STATE, state=IN_PROGRESS)
    return held.change


def give_request(
    actor: User,
    key: int,
    to: User | None,
    clock: Clock,
    hours: BusinessHours,
    *,
    seen: int | None = None,
    door: str = "browser",
) -> Change:
    """Give the request to somebody of the desk, or lay it back for anybody. `seen` is who had it when one looked."""
    with handling(actor, key, "give_request", clock, hours, door) as held:
        _give(held, to, seen)
    return held.change


def _give(held: Held, to: User | None, seen: int | None) -> None:
    request = held.request
    held.refuse_who_does_not_handle_it()
    held.refuse_ended()
    whom = to.pk if to else None
    if request.owner_id == whom:
        return
    if request.owner_id != seen:
        raise Outrun(f"{_who_has(held)} Nothing was changed; look at it, then choose again.")
    if to is not None and not may_have(request.kind).filter(pk=to.pk).exists():
        raise Refusal(f"{to} does not handle requests of this kind. Choose from the list.")
    held.add(OWNER, owner=to)


def _who_has(held: Held) -> str:
    given = held.last(OWNER)
    by = given.change.actor if given else None
    if held.request.owner is None:
        return f"{by or 'Somebody'} laid {held.request} back for anybody meanwhile."
    if by == held.request.owner:
        return f"{by} took {held.request} meanwhile."
    return f"{by or 'Somebody'} gave {held.request} to {held.request.owner} meanwhile."
