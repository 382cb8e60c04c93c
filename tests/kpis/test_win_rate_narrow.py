"""The narrow win rate leaves out deals that came to no decision."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book

DEALS = """
    id  stage        close_date
    d1  Won          2026-02-01
    d2  Lost         2026-02-01
    d3  Lost         2026-02-01
    d4  No decision  2026-02-01
    d5  Proposal     2026-02-01
    d6  Won          2026-05-01
"""


def test_deals_without_a_decision_do_not_count(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS).measure("win_rate_narrow").figure
    assert figure.numerator == 2
    assert figure.denominator == 4
    assert figure.value == Decimal("0.5")


def test_a_deal_counts_in_the_period_it_closed_in(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS)
    assert book.measure("win_rate_narrow", period="2026Q1").value == Decimal("0.333333333")
    assert book.measure("win_rate_narrow", period="2026Q2").value == 1


def test_of_a_hundred_created_three_won_and_seven_lost_it_is_thirty_percent(
    draw: Callable[..., Book],
) -> None:
    stages = ["Won"] * 3 + ["Lost"] * 7 + ["Proposal"] * 90
    drawn = "id  stage  close_date  created_on\n" + "\n".join(
        f"d{i}  {stage}  2026-03-01  2026-01-01" for i, stage in enumerate(stages)
    )
    book = draw(opportunity=drawn)
    assert book.measure("win_rate_narrow").value == Decimal("0.3")
    assert book.measure("created_cohort_win_rate").value == Decimal("0.03")


def test_the_interval_holds_the_share(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS).measure("win_rate_narrow").figure
    assert figure.low is not None
    assert figure.high is not None
    assert 0 < figure.low < 0.5 < figure.high < 1


def test_only_undecided_deals_are_nothing_and_not_zero(draw: Callable[..., Book]) -> None:
    drawn = "id  stage  close_date\nd1  No decision  2026-02-01"
    assert draw(opportunity=drawn).measure("win_rate_narrow").value is None
