"""A customer who left and came back within the period had never left.

Only the first and the last day were looked at. The definition counts them lost, and then new."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_a_gap_is_a_loss(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="id  stage  close_date\nd1  Won  2026-06-30",
        account="id  name\na1  Acme",
        recurring_revenue="""
            id  account_id  starts_on   ends_on     monthly
            r1  a1          2025-01-01  2026-02-01  100
            r2  a1          2026-03-01  -           100
        """,
    )
    assert book.measure("customer_churn", period="2026Q1").value == 1
