"""The sample company's people: teams with managers, joins, leaves, moves, and who is where on a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from salesops.sample import names
from salesops.sample.ids import identifier

FOREVER = date(9999, 12, 31)
DEALS_A_REP = 90
MOST_REPS = 400


@dataclass
class Rep:
    """One seller: skill 1 is usual; places are (team, first day, first day no longer)."""

    id: str
    skill: float
    hired_on: date
    left_on: date | None
    places: list[tuple[int, date, date]]
    keeps_deals: bool = False

    def team_on(self, day: date) -> int | None:
        """The team's number on a day, None before joining and after leaving."""
        for team, start, end in self.places:
            if start <= day < end:
                return team
        return None


@dataclass
class Organisation:
    """Everybody, with dated places."""

    reps: list[Rep] = field(default_factory=list)
    people: list[dict[str, Any]] = field(default_factory=list)
    memberships: list[dict[str, Any]] = field(default_factory=list)
    managers: list[str] = field(default_factory=list)
    easy_person: str = ""
    left_and_still_owns: str = ""

    def __post_init__(self) -> None:
        self._on: dict[tuple[int, date], list[Rep]] = {}
        self._by_id: dict[str, Rep] = {}

    def rep(self, person: str) -> Rep:
        """The rep with that id."""
        if not self._by_id:
            self._by_id = {r.id: r for r in self.reps}
        return self._by_id[person]

    def on(self, team: int, day: date) -> list[Rep]:
        """The reps of a team on a day; of all teams where it has none."""
        key = (team, day.replace(day=1))
        if key not in self._on:
            here = [
                r
                for r in self.reps
                if r.team_on(key[1]) == team and r.team_on(_month_end(key[1])) == team
            ]
            self._on[key] = here or [
                r for r in self.reps if r.left_on is None and r.hired_on <= key[1]
            ]
        return self._on[key] or self.reps

    def rep_on(self, random: Random, team: int, day: date) -> str:
        """Somebody of the team on that day."""
        return random.choice(self.on(team, day)).id


def _month_end(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def found(random: Random, size: int, starts_on: date, ends_on: date) -> Organisation:
    """A VP, a manager for each team and reps, about one for ninety deals."""
    organisation = Organisation()
    used: set[str] = set()
    vp = _person(random, organisation, used, 0, "VP of Sales", None, None, starts_on, None)
    for team, (name, region, _) in enumerate(names.TEAMS):
        manager = _person(
            random,
            organisation,
            used,
            team + 1,
            "Sales Manager",
            vp,
            (name, region),
            starts_on,
            None,
        )
        organisation.managers.append(manager)
        organisation.memberships.append(
            _place(manager, name, "Sales Manager", vp, starts_on, FOREVER)
        )
    count = max(2 * len(names.TEAMS), min(MOST_REPS, size // DEALS_A_REP))
    span = (ends_on - starts_on).days
    for number in range(count):
        _hire(random, organisation, used, number, count, starts_on, span)
    return organisation


def _hire(
    random: Random,
    organisation: Organisation,
    used: set[str],
    number: int,
    count: int,
    starts_on: date,
    span: int,
) -> None:
    team = number % len(names.TEAMS)
    first_of_team = number < len(names.TEAMS)
    hired = starts_on - timedelta(days=random.randint(100, 1500))
    left: date | None = None
    places: list[tuple[int, date, date]]
    if not first_of_team and random.random() < 0.3:
        hired = starts_on + timedelta(days=random.randint(20, span - 120))
    is_leaver = not first_of_team and random.random() < 0.22
    is_last = number == count - 1  # always one who left and still owns deals
    if is_leaver or is_last:
        begin = max(hired, starts_on)
        left = begin + timedelta(
            days=random.randint(90, max(91, (starts_on - begin).days + span - 40))
        )
        left = min(left, starts_on + timedelta(days=span - 30))
    end = left or FOREVER
    places = [(team, hired, end)]
    if left is None and not first_of_team and random.random() < 0.12:
        moved = max(hired, starts_on) + timedelta(days=random.randint(60, 500))
        if moved < starts_on + timedelta(days=span - 30):
            other = (team + random.choice((1, 2, 3))) % len(names.TEAMS)
            places = [(team, hired, moved), (other, moved, end)]
    now = places[-1][0]
    name, region, _ = names.TEAMS[now]
    person = _person(
        random,
        organisation,
        used,
        number + 1 + len(names.TEAMS),
        "Account Executive",
        organisation.managers[now],
        (name, region),
        hired,
        left,
    )
    rep = Rep(person, max(0.55, random.gauss(1.0, 0.18)), hired, left, places, keeps_deals=is_last)
    organisation.reps.append(rep)
    for place, start, stop in places:
        organisation.memberships.append(
            _place(
                person,
                names.TEAMS[place][0],
                "Account Executive",
                organisation.managers[place],
                start,
                stop,
            )
        )
    if number == 1:
        rep.skill = 1.0  # no better than others: the territory is what is good
        organisation.easy_person = person
    if is_last:
        organisation.left_and_still_owns = person


def _person(
    random: Random,
    organisation: Organisation,
    used: set[str],
    number: int,
    title: str,
    manager: str | None,
    team: tuple[str, str] | None,
    hired: date,
    left: date | None,
) -> str:
    name = ""
    while not name or name in used:
        name = f"{random.choice(names.GIVEN)} {random.choice(names.FAMILY)}"
        if len(used) > 1200:
            name = f"{name} {number}"
    used.add(name)
    person = identifier("005", number)
    organisation.people.append(
        {
            "id": person,
            "name": name,
            "email": f"{name.replace(' ', '.').lower()}@northgate.example",
            "title": title,
            "role": title,
            "manager_id": manager,
            "team": team[0] if team else None,
            "region": team[1] if team else None,
            "hired_on": hired,
            "left_on": left,
            "is_active": left is None,
        }
    )
    return person


def _place(
    person: str, team: str, role: str, manager: str, start: date, end: date
) -> dict[str, Any]:
    return {
        "person_id": person,
        "team": team,
        "role": role,
        "manager_id": manager,
        "valid_from": start,
        "valid_to": end,
    }
