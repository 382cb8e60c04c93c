"""Revenue vanished with the account's row, and from readings before the CRM knew the account.

Rows of recurring revenue were joined to accounts and dropped where none was found; accounts entered after
their contract began were dropped from every reading before."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_revenue_counts_whether_or_not_its_account_is_known(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="id  stage  close_date\nd1  Won  2026-06-30",
        opportunity_version="opportunity_id  valid_from  stage\nd1  2025-01-01T00:00  Proposal",
        account="id  name  created_on\na1  Acme  2026-06-01",
        recurring_revenue="""
            id  account_id  starts_on   monthly
            r1  a1          2025-01-01  100
            r2  a2          2025-01-01  50
        """,
    )
    assert book.measure("arpa").figure.numerator == 150_00
    assert book.as_of("2026-03-31").measure("arpa").figure.numerator == 150_00
