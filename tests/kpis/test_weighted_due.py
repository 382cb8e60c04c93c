"""Weighted pipeline due holds the open deals with a close date in the period."""

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


def test_a_close_date_on_the_last_day_is_in_and_the_day_after_is_not(
    draw: Callable[..., Book],
) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    assert book.measure("weighted_due", period="2026Q2").value == 300_00  # half of 600
    assert book.measure("weighted_due", period="2026Q3").value == 400_00


def test_closed_deals_are_not_due(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    assert [r["id"] for r in book.rows_behind("weighted_due").dicts()] == ["d3", "d4"]


def test_periods_add_up_to_the_weighted_pipeline(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    assert book.measure("weighted_due").value == book.measure("weighted_pipeline").value
