"""The organisation as of a day: who was, is or will be there, in which team, and whom they report to.

Today is what people's own records say, as what may be seen follows from them. Other days are told by dated places;
who has none is taken to have always been where they are now, as in a book.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from salesops.records.models import Person, TeamMembership

BEGINNING, FOREVER_DAY = date(1, 1, 1), date(9999, 12, 31)


@dataclass(frozen=True)
class Place:
    """Where somebody stands: whom they report to, in which team, as what."""

    manager_id: str | None = None
    team: str | None = None
    role: str | None = None


@dataclass(frozen=True)
class Member:
    """Somebody who is there on the day, and their place."""

    person: Any
    place: Place


@dataclass
class Organisation:
    """Everybody who is there on a day, by key in the order of their names."""

    day: date
    members: dict[str, Member]
    under: dict[str | None, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Draw the tree: who reports to nobody that is there, or in a circle, stands on top."""
        under: dict[str | None, list[str]] = defaultdict(list)
        for key, member in self.members.items():
            manager = member.place.manager_id
            is_led = manager in self.members and not self._is_in_circle(key)
            under[manager if is_led else None].append(key)
        self.under = dict(under)

    def _is_in_circle(self, key: str) -> bool:
        """Whether their managers lead back to them."""
        met, now = set[str](), self.members[key].place.manager_id
        while now in self.members and now not in met:
            if now == key:
                return True
            met.add(now)
            now = self.members[now].place.manager_id
        return False

    def below(self, key: str) -> set[str]:
        """Everybody they lead, directly or through others; not they themselves."""
        found: set[str] = set()
        waiting = list(self.under.get(key, ()))
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += self.under.get(one, ())
        return found

    def teams(self) -> dict[str, list[str]]:
        """The teams there are on the day, by name, with who is on them."""
        found: dict[str, list[str]] = defaultdict(list)
        for key, member in self.members.items():
            if member.place.team:
                found[member.place.team].append(key)
        return dict(sorted(found.items()))

    def moved(self, places: Mapping[str, Place]) -> Organisation:
        """The same with some people in other places."""
        members = {
            k: replace(m, place=places[k]) if k in places else m for k, m in self.members.items()
        }
        return Organisation(self.day, members)


def organisation(day: date, today: date) -> Organisation:
    """The organisation as of the day."""
    spans: dict[str, list[Any]] = defaultdict(list)
    for span in TeamMembership.objects.filter(deleted_at=None).order_by("valid_from", "pk"):
        spans[span.person_id].append(span)
    people = Person.objects.filter(deleted_at=None).order_by("name", "pk")
    return Organisation(
        day,
        {
            p.pk: Member(p, place_on(p, spans.get(p.pk, ()), day, today))
            for p in people
            if is_there(p, day, today)
        },
    )


def teams_now() -> list[str]:
    """The teams that people are on now, by name."""
    known = Person.objects.filter(deleted_at=None).exclude(team=None).exclude(team="")
    return list(known.values_list("team", flat=True).distinct().order_by("team"))


def is_there(person: Any, day: date, today: date) -> bool:
    """Whether somebody works here on the day."""
    if person.hired_on and person.hired_on > day:
        return False
    if person.left_on:
        return bool(day < person.left_on)
    return person.is_active is not False or (day < today and person.hired_on is not None)


def place_on(person: Any, spans: Sequence[Any], day: date, today: date) -> Place:
    """Somebody's place on a day; `spans` are their dated places in order."""
    now = Place(person.manager_id, person.team, person.role)
    if day == today:
        return now
    found = now
    for span in spans:
        begins, ends = span.valid_from or BEGINNING, span.valid_to or FOREVER_DAY
        if begins <= day < ends and (day < today or begins > today):
            found = Place(span.manager_id, span.team, span.role)
    return found


def spans_of(key: str) -> list[Any]:
    """Somebody's dated places in order."""
    of_them = TeamMembership.objects.filter(person_id=key, deleted_at=None)
    return list(of_them.order_by("valid_from", "pk"))
