"""Reps at quota counts people who held a quota all period and reached it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book

PEOPLE = """
    id   name  team   manager_id  hired_on    left_on
    p1   P1    North  -           -           -
    p2   P2    North  -           -           -
    p3   P3    North  -           -           -
    p4   P4    South  -           -           -
    p5   P5    South  -           -           -
    p6   P6    South  -           -           -
    new  New   South  -           2026-05-01  -
"""
DEALS = """
    id  stage  amount  close_date  owner_id
    d1  Won    180     2026-04-10  p1
    d2  Won    160     2026-04-10  p2
    d3  Won    140     2026-04-10  p3
    d4  Won    55      2026-04-10  p4
    d5  Won    45      2026-04-10  p5
    d6  Won    40      2026-04-10  p6
    d7  Won    999     2026-05-10  new
"""
QUOTAS = """
    id  person_id  starts_on   ends_on     amount
    q1  p1         2026-04-01  2026-07-01  100
    q2  p2         2026-04-01  2026-07-01  100
    q3  p3         2026-04-01  2026-07-01  100
    q4  p4         2026-04-01  2026-07-01  100
    q5  p5         2026-04-01  2026-07-01  100
    q6  p6         2026-04-01  2026-07-01  100
    q7  new        2026-04-01  2026-07-01  100
"""


def book_of(draw: Callable[..., Book]) -> Book:
    return draw(person=PEOPLE, opportunity=DEALS, quota=QUOTAS)


def test_three_of_six_at_180_160_140_55_45_40_are_half(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).measure("reps_at_quota", period="2026Q2").figure
    assert figure.numerator == 3
    assert figure.denominator == 6
    assert figure.value == Decimal("0.5")


def test_who_started_in_the_period_does_not_count(draw: Callable[..., Book]) -> None:
    rows = book_of(draw).rows_behind("reps_at_quota", period="2026Q2").dicts()
    assert "new" not in {r["id"] for r in rows}


def test_from_the_month_after_they_do(draw: Callable[..., Book]) -> None:
    assert book_of(draw).measure("reps_at_quota", period="2026M05").figure.denominator == 7


def test_exactly_the_quota_is_at_quota(draw: Callable[..., Book]) -> None:
    exact = DEALS.replace("55 ", "100")
    book = draw(person=PEOPLE, opportunity=exact, quota=QUOTAS)
    assert book.measure("reps_at_quota", period="2026Q2").figure.numerator == 4


def test_two_quotas_for_the_same_days_are_one_person(draw: Callable[..., Book]) -> None:
    twice = QUOTAS + "    q8  p1         2026-04-01  2026-07-01  70"
    figure = draw(person=PEOPLE, opportunity=DEALS, quota=twice).measure(
        "reps_at_quota", period="2026Q2"
    )
    assert figure.figure.numerator == 3
    assert figure.figure.denominator == 6  # p1 at 180 of 170


def test_who_held_it_for_a_part_does_not_count_even_when_looked_at_alone(
    draw: Callable[..., Book],
) -> None:
    found = book_of(draw).seen_by(["new"]).measure("reps_at_quota", period="2026Q2")
    assert found.value is None


def test_teams_are_those_at_the_end_of_the_period(draw: Callable[..., Book]) -> None:
    places = """
        person_id  team   valid_from  valid_to
        p4         South  2020-01-01  2026-06-01
        p4         North  2026-06-01  -
    """
    book = draw(
        person=PEOPLE,
        opportunity=DEALS + "    d8  Won    1       2026-06-29  p1",
        quota=QUOTAS,
        team_membership=places,
    )
    found = book.measure("reps_at_quota", period="2026Q2", by=["team"])
    assert {f.key[0]: f.denominator for f in found} == {"North": 4, "South": 2}


def test_no_quotas_in_the_period_are_nothing(draw: Callable[..., Book]) -> None:
    assert book_of(draw).measure("reps_at_quota", period="2025Q2").value is None
