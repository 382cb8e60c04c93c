"""The sample company's people: teams with managers, joins, leaves, moves, and who is where on a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from salesops.sample import names
from salesops.sample.ids import identifier
from salesops.sample.offer import TEAMS
from salesops.sample.truths import Truths

FOREVER = date(9999, 12, 31)
DEALS_A_REP = 120
MOST_REPS = 1200
RAMP_DAYS = 150
Record = dict[str, Any]


@dataclass(slots=True)
class Place:
    """A team somebody is on from `start` until before `end`."""

    team: int
    start: date
    end: date


@dataclass(slots=True)
class Rep:
    """One seller: skill 1 is usual."""

    id: str
    skill: float
    hired_on: date
    left_on: date | None
    places: list[Place]
    keeps_deals: bool = False

    def place_on(self, day: date) -> Place | None:
        """Where they are on a day, None before joining and after leaving."""
        return next((p for p in self.places if p.start <= day < p.end), None)

    def is_on(self, team: int, day: date) -> bool:
        """Whether they belong to the team on that day."""
        return any(p.team == team and p.start <= day < p.end for p in self.places)

    def leaves(self, team: int, day: date) -> date:
        """The first day, from `day` on, on which they are not on the team; FOREVER where they stay."""
        return next((p.end for p in self.places if p.team == team and p.start <= day < p.end), day)

    def skill_on(self, day: date) -> float:
        """Newcomers win less at first."""
        return self.skill * (0.8 if (day - self.hired_on).days < RAMP_DAYS else 1.0)


@dataclass
class Organisation:
    """Everybody, with dated places."""

    reps: list[Rep] = field(default_factory=list)
    people: list[Record] = field(default_factory=list)
    memberships: list[Record] = field(default_factory=list)
    managers: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._on: dict[tuple[int, int, int], list[Rep]] = {}
        self._by_id: dict[str, Rep] = {}

    def rep(self, person: str) -> Rep:
        """The rep with that id."""
        if len(self._by_id) != len(self.reps):
            self._by_id = {r.id: r for r in self.reps}
        return self._by_id[person]

    def on(self, team: int, day: date) -> list[Rep]:
        """The reps of a team throughout a day's month. Never empty: the first of a team stays."""
        key = (team, day.year, day.month)
        found = self._on.get(key)
        if found is None:
            first = day.replace(day=1)
            last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            found = [r for r in self.reps if r.is_on(team, first) and r.is_on(team, last)]
            self._on[key] = found
        return found


def found(
    random: Random, size: int, starts_on: date, ends_on: date, truths: Truths
) -> Organisation:
    """A VP, a manager for each team and reps, about one for every 120 deals."""
    return _Founder(random, starts_on, ends_on, truths).found(size)


class _Founder:
    def __init__(self, random: Random, starts_on: date, ends_on: date, truths: Truths) -> None:
        self.random = random
        self.starts_on = starts_on
        self.ends_on = ends_on
        self.span = (ends_on - starts_on).days
        self.truths = truths
        self.made = Organisation()
        self.names = self._names()

    def found(self, size: int) -> Organisation:
        boss = self._person("VP of Sales", None, None, self._long_ago(), None)
        for team in TEAMS:
            manager = self._person(
                "Sales Manager", boss, team.name, (since := self._long_ago()), None
            )
            self.made.managers.append(manager)
            self._belongs(manager, team.name, "Sales Manager", boss, since, FOREVER)
        count = max(2 * len(TEAMS), min(MOST_REPS, size // DEALS_A_REP))
        for number in range(count):
            self._hire(number, is_last=number == count - 1)
        return self.made

    def _hire(self, number: int, *, is_last: bool) -> None:
        team = number % len(TEAMS)
        stays = number < len(TEAMS)  # every team has one who was there all along
        is_easy = number == TEAM_OF.get(self.truths.easy_team)
        hired = self._hired(stays or is_last)
        left = None if stays else self._left(hired, is_last)
        places = [Place(team, hired, left or FOREVER)]
        if not stays and left is None and self.random.random() < 0.12:
            places = self._moved(places[0])
        now = places[-1].team
        manager = self.made.managers[now]
        person = self._person("Account Executive", manager, TEAMS[now].name, hired, left)
        skill = 1.0 if is_easy else min(1.45, max(0.6, self.random.gauss(1.0, 0.15)))
        keeps = is_last and self.truths.is_anything
        self.made.reps.append(Rep(person, skill, hired, left, places, keeps_deals=keeps))
        for place in places:
            self._belongs(
                person,
                TEAMS[place.team].name,
                "Account Executive",
                self.made.managers[place.team],
                place.start,
                place.end,
            )
        if is_easy:
            self.truths.easy_person = person
        if keeps:
            self.truths.left_and_still_owns = person

    def _hired(self, stays: bool) -> date:
        if not stays and self.random.random() < 0.3:
            return self.starts_on + timedelta(days=self.random.randint(20, self.span - 240))
        return self.starts_on - timedelta(days=self.random.randint(100, 1500))

    def _long_ago(self) -> date:
        return self.starts_on - timedelta(days=self.random.randint(500, 2500))

    def _left(self, hired: date, is_last: bool) -> date | None:
        """A day to leave for about one in five; the last one of all left lately."""
        if is_last:
            return self.ends_on - timedelta(days=self.random.randint(45, 90))
        if self.random.random() >= 0.2:
            return None
        begin = max(hired, self.starts_on) + timedelta(days=120)
        return begin + timedelta(days=self.random.randrange((self.ends_on - begin).days - 20))

    def _moved(self, place: Place) -> list[Place]:
        begin = max(place.start, self.starts_on)
        moved = begin + timedelta(days=self.random.randint(60, 500))
        if moved > self.ends_on - timedelta(days=30):
            return [place]
        other = (place.team + self.random.choice((1, 2, 3))) % len(TEAMS)
        return [Place(place.team, place.start, moved), Place(other, moved, FOREVER)]

    def _person(
        self, title: str, manager: str | None, team: str | None, hired: date, left: date | None
    ) -> str:
        name = next(self.names)
        person = identifier("005", len(self.made.people))
        mail = ".".join(names.address(part) for part in name.split())
        self.made.people.append(
            {
                "id": person,
                "name": name,
                "email": f"{mail}@northgate.example",
                "title": title,
                "role": title,
                "manager_id": manager,
                "team": team,
                "region": next((t.region for t in TEAMS if t.name == team), None),
                "hired_on": hired,
                "left_on": left,
                "is_active": left is None,
            }
        )
        return person

    def _names(self) -> Iterator[str]:
        """Names of colleagues, no two alike."""
        used: set[str] = set()
        while True:
            name = " ".join(names.person(self.random))
            if name not in used:
                used.add(name)
                yield name

    def _belongs(
        self, person: str, team: str, role: str, manager: str, start: date, end: date
    ) -> None:
        self.made.memberships.append(
            {
                "person_id": person,
                "team": team,
                "role": role,
                "manager_id": manager,
                "valid_from": start,
                "valid_to": end,
            }
        )


TEAM_OF = {team.name: number for number, team in enumerate(TEAMS)}
