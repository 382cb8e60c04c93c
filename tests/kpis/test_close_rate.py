"""Close rate counts deals by the day they were first pitched."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book
from salesops.book.settings import CalendarSettings, Settings

DEALS = """
    id  stage     created_on  close_date
    d1  Won       2026-01-01  2026-03-01
    d2  Lost      2026-01-01  2026-03-01
    d3  Proposal  2026-01-01  2026-09-01
    d4  Won       2026-01-01  2026-05-02
    d5  Lost      2026-01-01  2026-03-01
"""
PASTS = """
    opportunity_id  valid_from        stage      close_date
    d1              2026-01-01T09:00  Discovery  2026-03-01
    d1              2026-02-01T09:00  Proposal   2026-03-01
    d1              2026-03-01T09:00  Won        2026-03-01
    d2              2026-02-01T09:00  Proposal   2026-03-01
    d2              2026-02-10T09:00  Discovery  2026-03-01
    d2              2026-04-10T09:00  Proposal   2026-03-01
    d2              2026-05-01T09:00  Lost       2026-03-01
    d3              2026-03-31T23:30  Proposal   2026-09-01
    d4              2026-01-01T09:00  Discovery  2026-05-02
    d4              2026-05-02T09:00  Won        2026-05-02
    d5              2026-01-01T09:00  Discovery  2026-03-01
    d5              2026-03-01T09:00  Lost       2026-03-01
"""


def test_won_deals_are_divided_by_those_that_were_pitched(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS, opportunity_version=PASTS).measure("close_rate").figure
    assert figure.numerator == 2
    assert figure.denominator == 4
    assert figure.value == Decimal("0.5")


def test_a_deal_pitched_twice_counts_once_and_in_the_period_of_the_first(
    draw: Callable[..., Book],
) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    assert book.measure("close_rate", period="2026Q1").figure.denominator == 3  # d1, d2, d3
    assert book.measure("close_rate", period="2026Q2").figure.denominator == 1  # d4 alone


def test_a_deal_won_without_being_seen_pitched_was_pitched_when_it_was_won(
    draw: Callable[..., Book],
) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    assert book.measure("close_rate", period="2026Q2").value == 1


def test_a_deal_lost_before_the_pitch_does_not_count(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    rows = book.rows_behind("close_rate").dicts()
    assert [r["id"] for r in rows] == ["d1", "d2", "d3", "d4"]


def test_open_deals_count_as_not_won_yet_and_mark_the_cohort_immature(
    draw: Callable[..., Book],
) -> None:
    figure = draw(opportunity=DEALS, opportunity_version=PASTS).measure("close_rate").figure
    assert figure.n_open == 1
    assert figure.open_share == Decimal("0.25")
    assert figure.is_immature


def test_the_day_of_the_pitch_is_one_of_the_organisation(draw: Callable[..., Book]) -> None:
    berlin = Settings(calendar=CalendarSettings(time_zone="Europe/Berlin"))
    book = draw(settings=berlin, opportunity=DEALS, opportunity_version=PASTS)
    assert book.measure("close_rate", period="2026Q1").figure.denominator == 2
    assert book.measure("close_rate", period="2026-04-01..2026-04-01").figure.denominator == 1  # d3


def test_without_history_there_is_no_close_rate(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS).measure("close_rate").figure
    assert figure.value is None
    assert "OpportunityHistory" in figure.why
