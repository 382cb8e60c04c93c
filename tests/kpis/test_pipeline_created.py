"""Pipeline created takes each deal at its value when it first became qualified."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id  stage        amount  currency  close_date
    d1  Proposal     900     USD       2026-09-01
    d2  Prospecting  100     USD       2026-09-01
    d3  Won          50      USD       2026-05-01
    d4  Lost         70      EUR       2026-05-01
    d5  Proposal     30      USD       2026-09-01
"""
PASTS = """
    opportunity_id  valid_from        stage        amount  currency  close_date
    d1              2026-01-01T09:00  Prospecting  100     USD       2026-09-01
    d1              2026-02-01T09:00  Discovery    200     USD       2026-09-01
    d1              2026-03-01T09:00  Prospecting  300     USD       2026-09-01
    d1              2026-05-01T09:00  Proposal     900     USD       2026-09-01
    d2              2026-01-01T09:00  Prospecting  100     USD       2026-09-01
    d3              2026-05-01T09:00  Won          50      USD       2026-05-01
    d4              2026-02-10T09:00  Discovery    60      EUR       2026-05-01
    d4              2026-05-01T09:00  Lost         70      EUR       2026-05-01
    d5              2026-02-01T09:00  Discovery    -       USD       2026-09-01
    d5              2026-02-02T09:00  Discovery    30      USD       2026-09-01
"""
RATES = """
    currency  valid_from  valid_to    rate
    USD       2020-01-01  -           1
    EUR       2020-01-01  2026-03-01  1.50
    EUR       2026-03-01  -           9
"""


def book_of(draw: Callable[..., Book]) -> Book:
    return draw(opportunity=DEALS, opportunity_version=PASTS, exchange_rate=RATES)


def test_each_deal_counts_once_at_the_value_it_had_then(draw: Callable[..., Book]) -> None:
    rows = book_of(draw).rows_behind("pipeline_created", period="2026Q1").dicts()
    assert {r["id"]: r["numerator"] for r in rows} == {"d1": 200_00, "d4": 90_00, "d5": None}


def test_a_deal_that_had_no_amount_then_is_excluded_and_not_worth_what_it_became(
    draw: Callable[..., Book],
) -> None:
    figure = book_of(draw).measure("pipeline_created", period="2026Q1").figure
    assert (figure.value, figure.n, figure.n_excluded) == (290_00, 2, 1)


def test_coming_back_is_not_created_again(draw: Callable[..., Book]) -> None:
    assert book_of(draw).measure("pipeline_created", period="2026Q2").value == 50_00  # d3 alone


def test_a_deal_lost_since_was_still_created(draw: Callable[..., Book]) -> None:
    rows = book_of(draw).rows_behind("pipeline_created").dicts()
    assert "d4" in {r["id"] for r in rows}


def test_later_on_the_same_day_is_not_known_before(draw: Callable[..., Book]) -> None:
    book = book_of(draw)
    assert book.as_of("2026-02-01T08:59").measure("pipeline_created").value is None
    assert book.as_of("2026-02-01T09:00").measure("pipeline_created").value == 200_00
