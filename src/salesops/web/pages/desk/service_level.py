"""What is left of a request's service level, in words, in the business hours of the office's zone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from salesops.foundations.business_hours import BusinessHours
from salesops.records.request import WAITING, Request
from salesops.records.request_course import answer_due
from salesops.web.pages.keeping.record_page import reading


class Left(NamedTuple):
    """What is to be done next by when, in words, and how pressing it is: bad, warn, good or nothing."""

    words: str
    tone: str = ""


SOON, MINUTE = timedelta(hours=2), timedelta(minutes=1)


def office_hours() -> BusinessHours:
    """Nine to five from Monday to Friday, by the clocks of the office."""
    return BusinessHours(reading()[1])


def left_of(request: Request, now: datetime, hours: BusinessHours) -> Left:
    """Answer in 2 h; Solve 3 h late; Waiting since the clock stands."""
    if request.due_at is None:
        in_time = request.clock_seconds <= request.solve_minutes * 60
        if request.state == WAITING:
            return Left("Clock stands")
        if request.solved_at is None:
            return Left("")
        return Left("In time", "good") if in_time else Left("Late", "bad")
    to_answer = request.answered_at is None and request.due_at == answer_due(request, hours)
    verb = "Answer" if to_answer else "Solve"
    left = hours.between(now, request.due_at)
    if now >= request.due_at:
        over = f" {in_hours(-left)}" if left <= -MINUTE else ""
        return Left(f"{verb}{over} late", "bad")
    return Left(f"{verb} in {in_hours(left)}", "warn" if left < SOON else "")


def in_hours(span: timedelta) -> str:
    """45 min, 2 h, 2 h 30 min, 130 h."""
    minutes = max(0, int(span.total_seconds() // 60))
    whole, rest = divmod(minutes, 60)
    if not whole:
        return f"{rest} min"
    return f"{whole:,} h {rest} min" if rest and whole < 10 else f"{whole:,} h"
