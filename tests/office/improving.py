"""A small company in which one team began to win far more often, and somebody filed the change that is behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from salesops.records.models import Person
from tests.drawn import draw_book

FIRST, BEGAN, LAST = date(2025, 7, 1), date(2026, 7, 1), date(2026, 9, 28)
KNOWN = "2026-10-01T12:00"  # until when the book knows
DAYS = (date(2026, 9, 30) - FIRST).days + 1
TEAM, DEALS = 8, 60
WANTED: dict[str, Any] = {
    "name": "Next step before Proposal",
    "what": "No deal goes to Proposal without a next step.",
    "why": "Deals lie still there.",
    "kpi": "win_rate",
    "expected": "+30",
    "starts_on": BEGAN.isoformat(),
    "last_on": LAST.isoformat(),
    "teams": ["North"],
}


def people() -> Iterator[tuple[str, str]]:
    """Everybody's key and team: those of North get it, those of South do not."""
    yield from ((f"n{n}", "North") for n in range(TEAM))
    yield from ((f"s{n}", "South") for n in range(TEAM))


def draw_improving(folder: Path) -> None:
    """The book: in each span of 90 days some twelve closed deals of each, a third of them won; from July in North most."""
    random = Random(4)
    deals = ["id  name  stage  amount  close_date  created_on  owner_id"]
    for key, team in people():
        skill = random.gauss(0.35, 0.03)
        for place in range(DEALS):
            day = FIRST + timedelta(days=random.randrange(DAYS))
            chance = 0.85 if team == "North" and day >= BEGAN else skill
            stage = "Won" if random.random() < chance else "Lost"
            deals.append(f"{key}-{place}  Deal {place}  {stage}  100  {day}  {day}  {key}")
    told = ["id  name  team", *(f"{key}  Person {key}  {team}" for key, team in people())]
    draw_book(folder, now=KNOWN, opportunity="\n".join(deals), person="\n".join(told))


def employ() -> None:
    """The same people as the office keeps them."""
    Person.objects.bulk_create(
        Person(id=key, name=f"Person {key}", team=team) for key, team in people()
    )
