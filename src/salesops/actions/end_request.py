"""What who asked decides about a request: that it is settled, that it is not, or that it is needed no more."""

from __future__ import annotations

from datetime import datetime, timedelta

from salesops.actions.handling_request import Held, handling, words
from salesops.foundations.business_hours import BusinessHours
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.request import CLOSED, OPEN, REOPENED, REPLY, STATE, Request
from salesops.records.user import User

REOPENS_FOR = timedelta(days=14)


def may_reopen(request: Request, now: datetime) -> bool:
    """It ended, and not longer ago than who asked may say that it is not settled."""
    return request.ended_at is not None and now < request.ended_at + REOPENS_FOR


def close_own_request(
    actor: User, key: int, clock: Clock, hours: BusinessHours, *, door: str = "browser"
) -> Change:
    """Who asked says that a solved request is settled, or that an open one is needed no more."""
    with handling(actor, key, "close_own_request", clock, hours, door) as held:
        _refuse_others(held)
        if held.request.state == CLOSED:
            raise Refusal(f"{held.request} is closed already.")
        held.add(STATE, state=CLOSED)
    return held.change


def reopen_own_request(
    actor: User, key: int, text: str, clock: Clock, hours: BusinessHours, *, door: str = "browser"
) -> Change:
    """Who asked says what is not settled yet, within fourteen days of its end."""
    with handling(actor, key, "reopen_own_request", clock, hours, door) as held:
        _refuse_others(held)
        if held.request.state in OPEN:
            raise Refusal(f"{held.request} is open already. Write what is missing.")
        if not may_reopen(held.request, held.change.at):
            raise Refusal(f"{held.request} ended more than 14 days ago. Send a new request.")
        held.add(REPLY, text=words("text", text, "Say what is not settled."))
        held.add(STATE, state=REOPENED)
    return held.change


def _refuse_others(held: Held) -> None:
    if held.request.asker_id != held.actor.pk:
        raise Refusal("Only who asked decides this.")
