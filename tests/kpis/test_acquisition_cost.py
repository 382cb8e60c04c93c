"""Acquisition cost adds up what sales and marketing cost."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

COSTS = """
    id  category    function            team   booked_on   amount  currency
    k1  salary      sales               North  2026-03-31  100     USD
    k2  ads         Marketing           -      2026-04-01  10      EUR
    k3  salary      account_management  North  2026-04-01  999     USD
    k4  tools       -                   South  2026-04-30  1       USD
    k5  travel      sales               South  2026-04-30  -       USD
    k6  salary      support             South  2026-04-30  999     USD
"""
RATES = """
    currency  valid_from  valid_to    rate
    USD       2020-01-01  -           1
    EUR       2020-01-01  2026-04-02  1.10
    EUR       2026-04-02  -           2
"""
DEALS = "id  stage\nd1  Won"


def book_of(draw: Callable[..., Book]) -> Book:
    return draw(cost=COSTS, exchange_rate=RATES, opportunity=DEALS)


def test_sales_marketing_and_what_names_no_function_are_in_it(draw: Callable[..., Book]) -> None:
    rows = book_of(draw).rows_behind("acquisition_cost").dicts()
    assert [r["id"] for r in rows] == ["k1", "k2", "k4", "k5"]


def test_cost_counts_on_its_day_at_the_rate_of_that_day(draw: Callable[..., Book]) -> None:
    book = book_of(draw)
    assert book.measure("acquisition_cost", period="2026Q1").value == 100_00
    assert book.measure("acquisition_cost", period="2026Q2").value == 11_00 + 1_00


def test_cost_without_an_amount_is_excluded(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).measure("acquisition_cost").figure
    assert (figure.n, figure.n_excluded) == (3, 1)


def test_no_cost_in_the_period_is_nothing_and_not_zero(draw: Callable[..., Book]) -> None:
    assert book_of(draw).measure("acquisition_cost", period="2025").value is None


def test_quarters_add_up_also_before_the_first_deal(draw: Callable[..., Book]) -> None:
    costs = COSTS + "    k7  salary      sales               North  2019-05-05  7       USD"
    book = draw(cost=costs, exchange_rate=RATES, opportunity=DEALS)
    found = {f.key[0]: f.value for f in book.measure("acquisition_cost", by=["quarter"])}
    assert found == {"2019Q2": 7_00, "2026Q1": 100_00, "2026Q2": 12_00}
