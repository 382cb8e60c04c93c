"""Turnover is who left, of as many as there were on average."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

PEOPLE = """
    id       name  team   hired_on    left_on
    ann      Ann   North  2020-01-01  -
    bob      Bob   North  2020-01-01  2026-05-01
    cay      Cay   South  2026-05-16  2026-07-01
    before   Dee   South  2020-01-01  2026-03-31
    first    Eli   South  2020-01-01  2026-04-01
    later    Flo   South  2026-07-01  -
    unknown  Gil   South  -           -
"""
PLACES = """
    person_id  team   valid_from  valid_to
    bob        South  2020-01-01  2026-04-15
    bob        North  2026-04-15  -
    ann        North  2020-01-01  -
"""
DEALS = "id  stage\nd1  Proposal"


def book_of(draw: Callable[..., Book]) -> Book:
    return draw(
        now="2026-09-30T12:00", person=PEOPLE, team_membership=PLACES, opportunity=DEALS,
        activity="id  owner_id  occurred_at  is_done\nv1  ann  2026-09-30T10:00  yes",
    )  # fmt: skip


def test_people_on_average_are_days_employed_of_the_days_of_the_period(
    draw: Callable[..., Book],
) -> None:
    figure = book_of(draw).measure("turnover", period="2026Q2").figure
    # Of 91 days Ann had all, Bob 30, Cay 46; Eli was gone with the first of them, and left in it.
    assert float(figure.denominator or 0) == round((91 + 30 + 46) / 91, 6)
    assert figure.numerator == 2
    assert figure.n_excluded == 1


def test_who_leaves_with_the_period_leaves_in_the_next(draw: Callable[..., Book]) -> None:
    book = book_of(draw)
    left = {
        r["id"] for r in book.rows_behind("turnover", period="2026Q3").dicts() if r["numerator"]
    }
    assert left == {"cay"}


def test_the_team_is_that_of_the_last_day(draw: Callable[..., Book]) -> None:
    found = book_of(draw).measure("turnover", period="2026Q2", by="team")
    assert {f.key[0]: f.numerator for f in found}["North"] == 1


def test_all_time_begins_with_the_first_who_came_and_ends_today(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).measure("turnover").figure
    assert 2 < float(figure.denominator or 0) < 5
    assert figure.numerator == 4
