"""Gross margin weighs margins by the revenue they are of."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id  stage  close_date
    d1  Won    2026-06-30
"""
ACCOUNTS = """
    id  name   industry  created_on
    a1  Acme   Media     2020-01-01
    a2  Brill  Media     2026-06-29
    a3  Corda  Software  2020-01-01
"""
REVENUE = """
    id  account_id  starts_on   ends_on  monthly  gross_margin
    r1  a1          2025-01-01  -        100      0.8
    r2  a1          2025-01-01  -        300      0.5
    r3  a2          2025-01-01  -        999      -
    r4  a3          2025-01-01  -        0.01     0.55
"""


def test_margins_are_weighed_by_revenue_and_unknown_ones_left_out(
    draw: Callable[..., Book],
) -> None:
    book = draw(account=ACCOUNTS, recurring_revenue=REVENUE, opportunity=DEALS)
    figure = book.measure("gross_margin").figure
    assert figure.numerator == 80_00 + 150_00 + 1  # 0.55 of a cent is one
    assert figure.denominator == 400_01
    assert (figure.n, figure.n_excluded) == (2, 1)


def test_no_margin_known_is_nothing(draw: Callable[..., Book]) -> None:
    book = draw(account=ACCOUNTS, recurring_revenue=REVENUE, opportunity=DEALS)
    media = {f.key[0]: f for f in book.measure("gross_margin", by=["account"])}
    assert media["a2"].value is None
