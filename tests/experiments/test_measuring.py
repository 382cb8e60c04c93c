"""A change is measured on a book: by a KPI's own rows, on equal spans, and told once the planned days are over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from salesops.book.book import Book
from salesops.experiments import Plan, Reading, headline, look_after, look_before, sentences
from salesops.foundations.problem import Refusal
from tests.drawn import draw_book

FIRST, DAYS = date(2025, 7, 1), 457  # up to the end of September 2026
STARTS = date(2026, 7, 1)
PEOPLE = 24


def company(folder: Path, *, adds: float, now: str = "2026-10-01T12:00") -> Book:
    """Two teams of twelve; from July the East wins more often by `adds`."""
    random = Random(1)
    deals = ["id  stage  amount  close_date  created_on  owner_id"]
    for person in range(PEOPLE):
        skill = random.gauss(0.4, 0.06)
        for place in range(320):
            day = FIRST + timedelta(days=random.randrange(DAYS))
            more = adds if person < PEOPLE // 2 and day >= STARTS else 0.0
            stage = "Won" if random.random() < skill + more else "Lost"
            deals.append(
                f"d{person}-{place}  {stage}  {random.randrange(50, 150)}  {day}  {day}  p{person}"
            )
    people = ["id  name  team"]
    people += [f"p{n}  Person {n}  {'East' if n < PEOPLE // 2 else 'West'}" for n in range(PEOPLE)]
    return draw_book(folder, now=now, opportunity="\n".join(deals), person="\n".join(people))


PLAN = Plan(
    kpi="win_rate",
    expected=0.15,
    starts_on=STARTS,
    last_on=date(2026, 9, 28),
    teams=("East",),
)


@pytest.fixture(scope="module")
def helped(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return company(tmp_path_factory.mktemp("helped"), adds=0.2)


@pytest.fixture(scope="module")
def unmoved(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return company(tmp_path_factory.mktemp("unmoved"), adds=0.0)


def test_an_effect_is_told_with_its_interval_when_the_days_are_over(helped: Book) -> None:
    found = look_after(helped, PLAN)
    assert (found.verdict, found.spans, found.is_whole) == ("helped", 4, True)
    assert found.treated + found.unlike == 12
    assert found.effect is not None
    assert found.effect.low <= 0.2 <= found.effect.high
    assert headline(found).startswith("It helped: +")
    assert any("lies within the interval" in s for s in sentences(found))
    assert Reading.of(found.as_record()) == found


def test_before_it_starts_it_is_said_what_could_be_found(unmoved: Book) -> None:
    plan = replace(PLAN, starts_on=date(2026, 10, 1), last_on=date(2026, 12, 29))
    found = look_before(unmoved, plan)
    assert (found.kind, found.last, found.span_days) == ("before", date(2026, 9, 30), 90)
    assert found.effect is not None
    assert found.effect.is_chance
    assert 0.05 < found.effect.smallest < 0.2
    assert headline(found).startswith("An effect of ")
    small = look_before(unmoved, replace(plan, expected=0.01))
    assert any("is less than that" in s for s in sentences(small))


def test_groups_that_move_apart_already_are_warned_of(helped: Book) -> None:
    plan = replace(PLAN, starts_on=date(2026, 10, 1), last_on=date(2026, 12, 29))
    assert any("Choose people who moved alike" in s for s in sentences(look_before(helped, plan)))


def test_before_the_planned_last_day_nothing_is_told_as_a_finding(helped: Book) -> None:
    found = look_after(helped, replace(PLAN, last_on=date(2026, 10, 30)))
    assert (found.verdict, found.last) == ("running", date(2026, 9, 30))
    assert found.effect is not None
    assert headline(found).startswith("Not over yet")
    with pytest.raises(Refusal, match="two weeks are over on 3 October 2026"):
        look_after(helped, replace(PLAN, starts_on=date(2026, 9, 20), last_on=date(2026, 12, 30)))


def test_where_nothing_was_done_it_is_inconclusive_and_says_what_could_be_seen(
    unmoved: Book,
) -> None:
    found = look_after(unmoved, PLAN)
    assert found.verdict == "inconclusive"
    assert any("does not show that there is nothing" in s for s in sentences(found))


def test_who_gets_it_later_is_in_neither_group_until_then(helped: Book) -> None:
    later = replace(PLAN, later_people=("p12", "p13"), later_on=date(2026, 8, 1))
    found = look_after(helped, later)
    assert found.later == 2
    assert {"p12", "p13"}.isdisjoint(p.key for p in found.people)
    after = replace(later, later_on=date(2026, 9, 29))
    assert look_after(helped, after).later == 0


def test_who_is_given_to_everybody_cannot_be_compared(helped: Book) -> None:
    found = look_after(helped, replace(PLAN, teams=("East", "West")))
    assert (found.verdict, found.compared) == ("too_few", 0)
    assert headline(found) == "Too few people to tell"


def test_a_sum_or_a_short_span_is_refused(helped: Book) -> None:
    with pytest.raises(Refusal, match="cannot be measured by “closed_to_date”"):
        look_after(helped, replace(PLAN, kpi="closed_to_date"))
    with pytest.raises(Refusal, match="at least two weeks"):
        look_after(helped, replace(PLAN, last_on=date(2026, 7, 5)))
