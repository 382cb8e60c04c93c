"""Recurring revenue: its yearly sum, what of it is kept, what is new, and when that has paid for itself."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest

from salesops.book.book import Book
from salesops.kpis import KPIS
from salesops.kpis._definition import Cell

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


def book_of(draw: Callable[..., Book], **more: str) -> Book:
    return draw(account=ACCOUNTS, recurring_revenue=REVENUE, opportunity=DEALS, **more)


def test_a_year_is_twelve_of_the_months_paid_now(draw: Callable[..., Book]) -> None:
    assert book_of(draw).measure("arr").value == (690 + 340 + 500) * 12


def test_net_retention_counts_what_the_same_customers_added(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).measure("nrr", period=YEAR).figure
    assert figure.value == Decimal("1.03")  # metrics: 10 + 1.8 − 0.6 − 0.9 of 10
    assert (figure.numerator, figure.denominator, figure.n) == (10_30, 10_00, 3)


def test_gross_retention_takes_the_least_of_each_account(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).measure("grr", period=YEAR).figure
    assert figure.value == Decimal("0.85")
    by = book_of(draw).measure("grr", period=YEAR, by=["industry"])
    assert {f.key[0]: f.numerator for f in by} == {"Media": 850, "Software": 0}


def test_retention_of_all_time_has_no_start(draw: Callable[..., Book]) -> None:
    assert book_of(draw).measure("nrr").value is None
    assert book_of(draw).measure("grr").value is None


def test_new_revenue_is_of_who_paid_nothing_at_the_start(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).measure("new_recurring_revenue", period=YEAR).figure
    assert (figure.value, figure.n) == (5_00, 1)  # a5 came and went within


def test_payback_is_cost_of_the_period_before_over_new_margin(draw: Callable[..., Book]) -> None:
    costs = """
        id  function  booked_on   amount
        k1  sales     2026-02-01  38.5
        k2  sales     2026-05-01  999
    """
    book = book_of(draw, cost=costs)
    assert book.measure("cac_payback", period="2026Q2").value is None  # nobody new on 1 July
    # a4 pays from 1 April, and so at the end of the first quarter: its cost is that of the last of 2025.
    early = costs.replace("2026-02-01", "2025-11-01")
    assert book_of(draw, cost=early).measure("cac_payback", period="2026Q1").value == 11
    assert book.measure("cac_payback").value is None


def test_payback_is_as_published() -> None:
    combine = KPIS["cac_payback"].combine
    assert combine is not None
    cost, gained, margin = (
        Cell(Fraction(n), Fraction(d), 1) for n, d in ((770, 1), (100, 1), (7, 10))
    )
    assert combine({"cost": cost, "gained": gained, "margin": margin}).ratio == 11


@pytest.mark.parametrize("name", ["arr", "nrr", "grr", "new_recurring_revenue"])
def test_without_recurring_revenue_it_says_what_would_bring_it(
    draw: Callable[..., Book], name: str
) -> None:
    assert "recurring revenue" in draw(opportunity=DEALS).measure(name).figure.why
