"""The plain forecast is what is won and what the pipeline due is worth."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id  stage      amount  close_date
    d1  Won        1000    2026-04-10
    d2  Lost       1000    2026-04-10
    d3  Discovery  600     2026-06-30
    d4  Discovery  800     2026-07-01
    d5  Won        50      2026-02-01
"""
PASTS = """
    opportunity_id  valid_from        stage      amount  close_date
    d1              2026-04-01T09:00  Discovery  1000    2026-04-10
    d1              2026-04-10T09:00  Won        1000    2026-04-10
    d2              2026-04-01T09:00  Discovery  1000    2026-04-10
    d2              2026-04-10T09:00  Lost       1000    2026-04-10
    d3              2026-04-20T09:00  Discovery  600     2026-06-30
    d4              2026-04-20T09:00  Discovery  800     2026-07-01
    d5              2026-02-01T09:00  Won        50      2026-02-01
"""


def test_won_and_weighted_due_add_up(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    assert book.measure("forecast", period="2026Q2").value == 1000_00 + 300_00


def test_a_period_only_due_has_what_is_due_and_one_that_is_over_what_was_won(
    draw: Callable[..., Book],
) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    assert book.measure("forecast", period="2026Q3").value == 400_00
    assert book.measure("forecast", period="2026Q1").value == 50_00


def test_neither_won_nor_due_is_nothing_and_not_zero(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    figure = book.measure("forecast", period="2028").figure
    assert figure.value is None
    assert figure.why
