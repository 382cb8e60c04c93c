"""The win rate of those created counts everything created in a period, open deals too."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book

DEALS = """
    id  stage        created_on  close_date
    d1  Won          2026-01-10  2026-05-01
    d2  Lost         2026-02-10  2026-03-01
    d3  No decision  2026-03-10  2026-04-01
    d4  Proposal     2026-03-31  2026-09-01
    d5  Won          2026-04-01  2026-05-01
"""


def test_open_lost_and_undecided_deals_all_count_as_created(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS).measure("created_cohort_win_rate", period="2026Q1").figure
    assert figure.numerator == 1
    assert figure.denominator == 4
    assert figure.value == Decimal("0.25")


def test_a_cohort_more_than_a_tenth_open_is_marked(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS)
    first = book.measure("created_cohort_win_rate", period="2026Q1").figure
    second = book.measure("created_cohort_win_rate", period="2026Q2").figure
    assert first.open_share == Decimal("0.25")
    assert first.is_immature
    assert not second.is_immature


def test_exactly_a_tenth_open_is_mature(draw: Callable[..., Book]) -> None:
    stages = ["Won"] * 9 + ["Proposal"]
    drawn = "id  stage  created_on\n" + "\n".join(
        f"d{i}  {stage}  2026-01-01" for i, stage in enumerate(stages)
    )
    assert not draw(opportunity=drawn).measure("created_cohort_win_rate").figure.is_immature


def test_a_cohort_never_loses_wins_as_it_ages(draw: Callable[..., Book]) -> None:
    pasts = """
        opportunity_id  valid_from        stage      created_on  close_date
        d1              2026-01-10T09:00  Discovery  2026-01-10  2026-05-01
        d1              2026-05-01T09:00  Won        2026-01-10  2026-05-01
        d2              2026-02-10T09:00  Discovery  2026-02-10  2026-03-01
        d2              2026-03-01T09:00  Lost       2026-02-10  2026-03-01
    """
    now = """
        id  stage  created_on  close_date
        d1  Won    2026-01-10  2026-05-01
        d2  Lost   2026-02-10  2026-03-01
    """
    book = draw(opportunity=now, opportunity_version=pasts)
    days = ("2026-02-28", "2026-04-30", "2026-05-01", "2026-06-30")
    aged = [book.as_of(d).measure("created_cohort_win_rate", period="2026Q1").value for d in days]
    assert aged == [0, 0, Decimal("0.5"), Decimal("0.5")]


def test_nothing_created_is_nothing_and_not_zero(draw: Callable[..., Book]) -> None:
    assert draw(opportunity=DEALS).measure("created_cohort_win_rate", period="2020").value is None


def test_without_days_of_creation_it_says_which_file_would_bring_them(
    draw: Callable[..., Book],
) -> None:
    figure = draw(opportunity="id  stage\nd1  Won").measure("created_cohort_win_rate").figure
    assert figure.value is None
    assert "CreatedDate" in figure.why
