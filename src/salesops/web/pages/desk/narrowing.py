"""Which requests a list shows: what its address asks for, of those its reader may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet

from salesops.foundations.whole_number import whole_number
from salesops.records.request import OPEN, STATES, Request
from salesops.records.request_reach import (
    requests_handled_by,
    requests_visible_to,
    works_the_desk,
)
from salesops.records.user import User

MINE, UNASSIGNED, ALL, ASKED = "mine", "unassigned", "all", "asked"
VIEWS = {ALL: "All", MINE: "Mine", UNASSIGNED: "Unassigned", ASKED: "I asked"}
IN_TIME, LATE = "in_time", "late"
DUE, GIVEN = "due", "given"  # a first answer was given or is late; what is asked for was given
ANY = "any"
NOBODY = "nobody"


@dataclass(frozen=True)
class Narrowing:
    """What is asked for; empty where it does not matter, but for `state`, which is the open ones then.

    `came` and `solved` are months as 2026-05 in the office's zone; `answered` and `met` whether the first
    answer and the solution were in time.
    """

    view: str = ALL
    state: str = ""
    kind: str = ""
    owner: str = ""
    text: str = ""
    came: str = ""
    solved: str = ""
    answered: str = ""
    met: str = ""
    reopened: str = ""
    overdue: str = ""

    @classmethod
    def of(cls, user: User, query: Mapping[str, Any]) -> Narrowing:
        """What an address asks for. Who does not work the desk sees what they asked."""
        said = {
            name: str(query.get(name, "")).replace("\0", "").strip()
            for name in cls.__dataclass_fields__
        }
        if not works_the_desk(user):
            said["view"] = ASKED
        elif said["view"] not in VIEWS:
            said["view"] = ALL
        return cls(**said)

    def found(self, user: User, now: datetime, zone: str) -> QuerySet[Request]:
        """The requests that fit."""
        return of_view(user, self.view).filter(
            self._of_state(), self._named(), self._of_months(zone), self._kept(now)
        )

    def _of_state(self) -> Q:
        if self.state == ANY:
            return Q()
        return Q(state=self.state) if self.state in dict(STATES) else Q(state__in=OPEN)

    def _named(self) -> Q:
        fits = Q(kind=self.kind) if self.kind else Q()
        if self.owner == NOBODY:
            fits &= Q(owner=None)
        elif self.owner:
            fits &= Q(owner=number(self.owner))
        if self.text:
            words = Q(title__icontains=self.text) | Q(needed__icontains=self.text)
            words |= Q(asker__name__icontains=self.text)
            fits &= words | Q(pk=number(self.text.upper().removeprefix("R-")))
        return fits

    def _of_months(self, zone: str) -> Q:
        fits = Q()
        for column, said in (("asked_at", self.came), ("solved_at", self.solved)):
            span = month(said, zone) if said else None
            if span:
                fits &= Q(**{f"{column}__gte": span[0], f"{column}__lt": span[1]})
        return fits

    def _kept(self, now: datetime) -> Q:
        fits = Q()
        fits &= {
            IN_TIME: answered_in_time(),
            LATE: answered_late(now),
            DUE: answered_in_time() | answered_late(now),
            GIVEN: Q(answered_at__isnull=False),
        }.get(self.answered, Q())
        if self.met:
            fits &= Q(solved_at__isnull=False)
        if self.met in (IN_TIME, LATE):
            fits &= solved_late() if self.met == LATE else ~solved_late()
        if self.reopened:
            fits &= Q(reopened__gt=0)
        if self.overdue:
            fits &= Q(due_at__lte=now)
        return fits


def of_view(user: User, view: str) -> QuerySet[Request]:
    """The requests of a view: the desk's own, nobody's, all of them, or what one asked oneself."""
    if view == ASKED:
        return requests_visible_to(user).filter(asker=user)
    handled = requests_handled_by(user)
    if view == MINE:
        return handled.filter(owner=user)
    return handled.filter(owner=None) if view == UNASSIGNED else handled


def answered_in_time() -> Q:
    """The first answer came within its time."""
    return Q(answer_seconds__lte=F("answer_minutes") * 60)


def answered_late(now: datetime) -> Q:
    """The first answer came too late, or its time is over without one."""
    missing = Q(answered_at=None, state__in=OPEN, due_at__lte=now)
    return Q(answer_seconds__gt=F("answer_minutes") * 60) | missing


def solved_late() -> Q:
    """The clock of the service level ran longer than its time."""
    return Q(clock_seconds__gt=F("solve_minutes") * 60)


def month(said: str, zone: str) -> tuple[datetime, datetime] | None:
    """The first instant of a month such as 2026-05 and of the next, None for what is no month."""
    try:
        first = datetime.strptime(said, "%Y-%m").replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        return None
    if first.year in (1, 9999):
        return None
    after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return first.astimezone(UTC), after.astimezone(UTC)


def number(said: str) -> int:
    """The number somebody wrote; 0, which nothing has, where it is none."""
    return whole_number(said) or 0
