"""Lifetime value is a year's revenue over a year's churn, at most five years of it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from salesops.book.book import Book
from salesops.kpis.ltv import lifetime

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


def revenue(customers: int, lost: int, monthly: str = "500", margin: str = "0.8") -> str:
    rows = [
        f"r{i}  a{i}  2024-01-01  {'2026-01-01' if i < lost else '-'}  {monthly}  {margin}"
        for i in range(customers)
    ]
    return "\n".join(["id  account_id  starts_on  ends_on  monthly  gross_margin", *rows])


def test_500_a_month_at_two_percent_churn_a_month_is_25000(draw: Callable[..., Book]) -> None:
    book = draw(recurring_revenue=revenue(25, 6), opportunity=DEALS)  # 24 % a year
    assert book.measure("customer_churn", period="2025-07-01..2026-06-30").value == Decimal("0.24")
    assert book.measure("ltv").value == 25_000_00
    assert lifetime(Fraction(500), Fraction(2, 100), 60) == 25_000


def test_without_churn_it_is_five_years_and_says_so(draw: Callable[..., Book]) -> None:
    figure = draw(recurring_revenue=revenue(4, 0), opportunity=DEALS).measure("ltv").figure
    assert figure.value == 500_00 * 12 * 5
    assert figure.note == "Capped at 5 years."


def test_a_fifth_a_year_is_five_years_without_a_cap(draw: Callable[..., Book]) -> None:
    figure = draw(recurring_revenue=revenue(5, 1), opportunity=DEALS).measure("ltv").figure
    assert figure.value == 500_00 * 12 * 5
    assert figure.note == ""


def test_who_has_no_customers_a_year_ago_has_no_lifetime_value(draw: Callable[..., Book]) -> None:
    young = revenue(4, 0).replace("2024-01-01", "2026-01-01")
    figure = draw(recurring_revenue=young, opportunity=DEALS).measure("ltv").figure
    assert figure.value is None
    assert figure.why
