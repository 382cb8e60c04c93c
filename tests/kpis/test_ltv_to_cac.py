"""Lifetime value to acquisition cost compares the margin kept with a year's cost."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id  account_id  stage  close_date
    d1  a1          Won    2026-06-30
    d2  a2          Won    2026-01-01
    d3  a3          Won    2025-06-30
"""
REVENUE = """
    id  account_id  starts_on   ends_on     monthly  gross_margin
    r1  a1          2024-01-01  -           100      0.5
    r2  a2          2024-01-01  2026-01-01  100      0.5
"""
COSTS = """
    id  category  function  booked_on   amount
    k1  salary    sales     2025-07-01  300
    k2  salary    sales     2026-06-30  300
    k3  salary    sales     2025-06-30  99999
"""


def test_value_after_margin_over_the_cost_of_the_last_twelve_months(
    draw: Callable[..., Book],
) -> None:
    book = draw(opportunity=DEALS, recurring_revenue=REVENUE, cost=COSTS)
    figure = book.measure("ltv_to_cac").figure
    # 1,200 a year at half margin over a churn of one in two; 600 for two customers.
    assert figure.numerator == 1200_00
    assert figure.denominator == 300_00
    assert figure.value == 4


def test_without_new_customers_there_is_none(draw: Callable[..., Book]) -> None:
    lost = DEALS.replace("Won ", "Lost")
    book = draw(opportunity=lost, recurring_revenue=REVENUE, cost=COSTS)
    assert book.measure("ltv_to_cac").value is None
