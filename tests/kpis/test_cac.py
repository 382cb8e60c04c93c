"""CAC divides the cost of sales and marketing by the customers gained."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

COSTS = """
    id  category  function   booked_on   amount
    k1  salary    sales      2026-02-01  500
    k2  ads       marketing  2026-05-01  100
    k3  salary    sales      2026-09-01  100
"""
DEALS = """
    id  account_id  stage  close_date
    d1  a1          Won    2026-02-01
    d2  a2          Won    2026-05-01
    d3  a3          Won    2026-05-01
    d4  a1          Won    2026-05-01
"""


def test_cost_of_the_period_over_customers_of_the_period(draw: Callable[..., Book]) -> None:
    book = draw(cost=COSTS, opportunity=DEALS)
    assert book.measure("cac", period="2026Q1").value == 500_00
    assert book.measure("cac", period="2026Q2").value == 50_00
    assert book.measure("cac").value == 233_33  # 700 over 3, rounded once


def test_no_new_customers_are_nothing_and_not_infinite(draw: Callable[..., Book]) -> None:
    assert draw(cost=COSTS, opportunity=DEALS).measure("cac", period="2026Q3").value is None


def test_no_cost_in_the_period_is_not_free(draw: Callable[..., Book]) -> None:
    deals = DEALS + "    d5  a9          Won    2025-05-01"
    assert draw(cost=COSTS, opportunity=deals).measure("cac", period="2025").value is None


def test_without_costs_it_says_which_file_would_bring_them(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS).measure("cac").figure
    assert figure.value is None
    assert "costs" in figure.why


def test_under_a_condition_on_deals_it_is_not_defined(draw: Callable[..., Book]) -> None:
    figure = draw(cost=COSTS, opportunity=DEALS).where("stage = 'Won'").measure("cac").figure
    assert figure.value is None
