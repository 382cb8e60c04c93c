"""Customers whose contract ended with a quarter were never lost in the trend.

The trend reads each quarter on its last day, when a contract that ends with the quarter is still paid; and on
the first day of the next it no longer is, so the customer was not there to be lost. Most contracts end so."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_a_contract_ending_with_the_quarter_is_lost_in_it(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="id  stage  close_date\nd1  Won  2026-06-30",
        opportunity_version="opportunity_id  valid_from  stage\nd1  2025-01-01T00:00  Proposal",
        account="id  name  created_on\na1  Acme  2024-01-01\na2  Brill  2024-01-01",
        recurring_revenue="""
            id  account_id  starts_on   ends_on     monthly
            r1  a1          2025-01-01  2026-04-01  100
            r2  a2          2025-01-01  -           100
        """,
    )
    quarters = [book.period(q) for q in ("2025Q4", "2026Q1", "2026Q2")]
    lost = [m.figure.numerator for m in book.series("customer_churn", quarters)]
    assert lost == [0, 1, 0]
