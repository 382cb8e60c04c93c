"""Where a request is, worked out from everything done with it: state, owner, clocks, effort."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from salesops.foundations.business_hours import BusinessHours
from salesops.records.request import (
    ASKED,
    CLOSED,
    EFFORT,
    NEW,
    OWNER,
    REOPENED,
    REPLY,
    RUNNING,
    SOLVED,
    STATE,
    Request,
    RequestEvent,
)


def follow(request: Request, events: Iterable[RequestEvent], hours: BusinessHours) -> None:
    """Have the request say what its events tell, from the first; what was taken back counts as not done.

    The clock of the service level runs in business hours from the asking until it is solved or closed, and
    stands while the asker is waited for.
    """
    told = list(events)
    taken_back = {event.undoes_id for event in told}
    _begin(request)
    for event in told:
        if event.pk not in taken_back:
            _add(request, event, event.change.at, hours)
    request.due_at = _due(request, hours)


def _begin(request: Request) -> None:
    request.state, request.owner_id = NEW, None
    request.answered_at = request.answer_seconds = None
    request.solved_at = request.ended_at = None
    request.clock_seconds, request.clock_since = 0, request.asked_at
    request.reopened = request.effort_minutes = 0


def _add(request: Request, event: RequestEvent, at: datetime, hours: BusinessHours) -> None:
    if event.act in (ASKED, OWNER):
        request.owner_id = event.owner_id
    elif event.act == EFFORT:
        request.effort_minutes += event.minutes or 0
    elif event.act == REPLY:
        if request.answered_at is None and event.change.actor_id != request.asker_id:
            request.answered_at = at
            request.answer_seconds = _seconds(hours.between(request.asked_at, at))
    elif event.act == STATE:
        _move(request, event.state, at, hours)


def _move(request: Request, state: str, at: datetime, hours: BusinessHours) -> None:
    if request.clock_since is not None and state not in RUNNING:
        request.clock_seconds += _seconds(hours.between(request.clock_since, at))
        request.clock_since = None
    elif request.clock_since is None and state in RUNNING:
        request.clock_since = at
    if state == SOLVED:
        request.solved_at = request.ended_at = at
    elif state == CLOSED:
        request.ended_at = request.ended_at or at
    else:
        request.solved_at = request.ended_at = None
    request.reopened += state == REOPENED
    request.state = state


def answer_due(request: Request, hours: BusinessHours) -> datetime:
    """When the first answer is late."""
    return hours.after(request.asked_at, timedelta(minutes=request.answer_minutes))


def solve_due(request: Request, hours: BusinessHours) -> datetime | None:
    """When the solution is late; None while the clock stands."""
    if request.clock_since is None:
        return None
    left = timedelta(minutes=request.solve_minutes, seconds=-request.clock_seconds)
    return hours.after(request.clock_since, max(left, timedelta()))


def _due(request: Request, hours: BusinessHours) -> datetime | None:
    """When the first answer is late, or the solution, whichever comes first; None while the clock stands."""
    due = solve_due(request, hours)
    if due is None or request.answered_at is not None:
        return due
    return min(due, answer_due(request, hours))


def _seconds(span: timedelta) -> int:
    return max(0, int(span.total_seconds()))
