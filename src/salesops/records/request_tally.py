"""How well the desk serves, counted from requests: how many, in time or late, how long, how much work."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime
from statistics import median
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from salesops.records.request import OPEN, Request

Key = TypeVar("Key", bound=Hashable)


class Counted(NamedTuple):
    """What is counted of a request; all else of it stays in the database."""

    kind_id: str
    owner_id: int | None
    state: str
    asked_at: datetime
    due_at: datetime | None
    answer_seconds: int | None
    answer_minutes: int
    solved_at: datetime | None
    clock_seconds: int
    solve_minutes: int
    reopened: int
    effort_minutes: int


def counted(requests: QuerySet[Request]) -> list[Counted]:
    """What is counted of each of the requests."""
    return [Counted(*row) for row in requests.values_list(*Counted._fields)]


@dataclass
class Tally:
    """The counts of some requests. What came, was answered, reopened and worked on is told by the month of
    asking; what was solved by the month of the solution; what is open as it is now.
    """

    came: int = 0
    answers_due: int = 0  # answered, or late without an answer
    answered_in_time: int = 0
    answer_seconds: list[int] = field(default_factory=list)
    reopened: int = 0
    effort_minutes: int = 0
    solved: int = 0
    solved_in_time: int = 0
    solve_seconds: list[int] = field(default_factory=list)
    open: int = 0
    late: int = 0
    ages: list[float] = field(default_factory=list)  # days since they were asked

    @property
    def share_answered_in_time(self) -> float | None:
        """Of the first answers that were due, None where none was."""
        return self.answered_in_time / self.answers_due if self.answers_due else None

    @property
    def share_solved_in_time(self) -> float | None:
        """Of what was solved, None where nothing was."""
        return self.solved_in_time / self.solved if self.solved else None

    @property
    def answer_hours(self) -> float | None:
        """The median of the business hours to the first answer."""
        return median(self.answer_seconds) / 3600 if self.answer_seconds else None

    @property
    def solve_hours(self) -> float | None:
        """The median of the business hours the clock ran until the solution."""
        return median(self.solve_seconds) / 3600 if self.solve_seconds else None

    @property
    def age(self) -> float | None:
        """The median age in days of what is open."""
        return median(self.ages) if self.ages else None

    def add_asked(self, request: Counted, now: datetime) -> None:
        """Count what the month of asking tells."""
        self.came += 1
        self.reopened += request.reopened > 0
        self.effort_minutes += request.effort_minutes
        is_open = request.state in OPEN
        is_late = is_open and request.due_at is not None and request.due_at <= now
        if request.answer_seconds is not None:
            self.answers_due += 1
            self.answered_in_time += request.answer_seconds <= request.answer_minutes * 60
            self.answer_seconds.append(request.answer_seconds)
        elif is_late:
            self.answers_due += 1
        if is_open:
            self.open += 1
            self.late += is_late
            self.ages.append((now - request.asked_at).total_seconds() / 86_400)

    def add_solved(self, request: Counted) -> None:
        """Count what the month of the solution tells."""
        self.solved += 1
        self.solved_in_time += request.clock_seconds <= request.solve_minutes * 60
        self.solve_seconds.append(request.clock_seconds)


def tallies(
    requests: Iterable[Counted],
    now: datetime,
    zone: str,
    by: Callable[[Counted, str], Key],
    month: str = "",
) -> dict[Key, Tally]:
    """The tally of each group; `by` names the group of a request and a month such as 2026-05, to which `month` narrows."""
    found: dict[Key, Tally] = {}
    for request in requests:
        came = month_of(request.asked_at, zone)
        if month in ("", came):
            found.setdefault(by(request, came), Tally()).add_asked(request, now)
        if request.solved_at is None:
            continue
        solved = month_of(request.solved_at, zone)
        if month in ("", solved):
            found.setdefault(by(request, solved), Tally()).add_solved(request)
    return found


def together(parts: Iterable[Tally]) -> Tally:
    """The tally of all the requests that the parts count."""
    whole = Tally()
    for part in parts:
        for each in fields(Tally):
            setattr(whole, each.name, getattr(whole, each.name) + getattr(part, each.name))
    return whole


def month_of(instant: datetime, zone: str) -> str:
    """2026-05, on the clocks of the zone."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local.year}-{local.month:02}"
