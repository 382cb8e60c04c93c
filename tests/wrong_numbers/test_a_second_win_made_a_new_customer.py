"""Customers of years were new under a filter.

The first win was looked for among the filtered deals, so with only renewals in view every customer's first
renewal made them new, and halved the cost of acquiring one."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_a_filter_does_not_make_the_second_win_the_first(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="""
            id  account_id  stage  close_date  type
            d1  a1          Won    2025-05-05  New
            d2  a1          Won    2026-05-05  Renewal
        """
    )
    renewals = book.where("type = 'Renewal'")
    assert renewals.measure("new_customers", period="2026Q2").value is None
