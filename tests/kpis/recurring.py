"""Accounts whose recurring revenue grows, shrinks, ends and begins."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id  account_id  stage  close_date
    d1  a1          Won    2026-06-30
"""
ACCOUNTS = """
    id  name   industry
    a1  Acme   Media
    a2  Brill  Media
    a3  Corda  Software
"""
# From 10 to 10.3: a1 grows by 1.8, a2 shrinks by 0.6, a3 leaves with 0.9; a4 comes with 5.
REVENUE = """
    id  account_id  starts_on   ends_on     monthly  gross_margin
    r1  a1          2024-01-01  2025-10-01  5.1      0.7
    r2  a1          2025-10-01  -           6.9      0.7
    r3  a2          2024-01-01  2026-01-01  4.0      0.7
    r4  a2          2026-01-01  -           3.4      0.7
    r5  a3          2024-01-01  2026-03-01  0.9      0.7
    r6  a4          2026-04-01  -           5.0      0.7
    r7  a5          2025-08-01  2026-02-01  9.0      0.7
"""
YEAR = "2025-07-01..2026-06-30"


def recurring_book(draw: Callable[..., Book], **more: str) -> Book:
    """The book of it, with what more is drawn."""
    return draw(account=ACCOUNTS, recurring_revenue=REVENUE, opportunity=DEALS, **more)
