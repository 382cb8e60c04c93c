"""Lifetime value after margin is lifetime value times gross margin."""

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


def revenue(customers: int, lost: int, margin: str = "0.8") -> str:
    rows = [
        f"r{i}  a{i}  2024-01-01  {'2026-01-01' if i < lost else '-'}  500  {margin}"
        for i in range(customers)
    ]
    return "\n".join(["id  account_id  starts_on  ends_on  monthly  gross_margin", *rows])


def test_500_a_month_at_80_percent_and_two_percent_churn_a_month_is_20000(
    draw: Callable[..., Book],
) -> None:
    book = draw(recurring_revenue=revenue(25, 6), opportunity=DEALS)
    assert book.measure("ltv_margin").value == 20_000_00


def test_without_churn_it_is_capped_and_says_so(draw: Callable[..., Book]) -> None:
    figure = draw(recurring_revenue=revenue(4, 0), opportunity=DEALS).measure("ltv_margin").figure
    assert figure.value == 500_00 * 12 * 5 * 8 // 10
    assert figure.note == "Capped at 5 years."


def test_without_margins_it_says_what_is_missing(draw: Callable[..., Book]) -> None:
    book = draw(recurring_revenue=revenue(4, 1, "-"), opportunity=DEALS)
    figure = book.measure("ltv_margin").figure
    assert figure.value is None
    assert "gross margin" in figure.why
