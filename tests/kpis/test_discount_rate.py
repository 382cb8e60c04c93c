"""The discount rate and price realisation compare lines as sold with the list, in one currency."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book

DEALS = """
    id  stage  owner_id  amount  currency  close_date
    d1  Won    ann       180     USD       2026-02-01
    d2  Won    bob       100     EUR       2026-05-01
    d3  Lost   ann       50      USD       2026-02-01
"""
PRODUCTS = """
    id  name
    p1  Pump
    p2  Valve
"""
LINES = """
    id  opportunity_id  product_id  quantity  list_price  unit_price  amount  currency
    l1  d1              p1          1         100         80          80      USD
    l2  d1              p2          2.5       40          40          -       USD
    l3  d1              p2          1         -           7           7       USD
    l4  d2              p1          1         200         100         100     EUR
    l5  d3              p1          1         100         1           1       USD
"""
RATES = """
    currency  valid_from  valid_to  rate
    USD       2020-01-01  -         1
    EUR       2020-01-01  -         1.50
"""


def book_of(draw: Callable[..., Book], rates: str = RATES) -> Book:
    return draw(product=PRODUCTS, opportunity=DEALS, opportunity_line=LINES, exchange_rate=rates)


def test_list_100_and_sold_80_is_a_fifth(draw: Callable[..., Book]) -> None:
    book = book_of(draw).where("id = 'd1'")
    by = book.measure("discount_rate", by=["product"])
    assert {f.label[0]: f.value for f in by} == {"Pump": Decimal("0.2"), "Valve": 0}


def test_lines_add_up_in_the_reporting_currency(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).measure("discount_rate").figure
    assert figure.denominator == 100_00 + 100_00 + 300_00
    assert figure.numerator == 20_00 + 0 + 150_00
    assert (figure.n, figure.n_excluded) == (3, 1)  # l3 has no list price


def test_realisation_is_what_the_discount_leaves(draw: Callable[..., Book]) -> None:
    book = book_of(draw)
    for period in ("all", "2026Q1", "2026Q2"):
        given = book.measure("discount_rate", period=period).value
        got = book.measure("price_realisation", period=period).value
        assert given is not None
        assert got == 1 - Decimal(given)


def test_a_line_in_a_currency_without_a_rate_is_left_out(draw: Callable[..., Book]) -> None:
    figure = book_of(draw, "currency  valid_from  rate\nUSD  2020-01-01  1").measure(
        "discount_rate", period="2026Q2"
    )
    assert (figure.value, figure.figure.n, figure.figure.n_excluded) == (None, 0, 1)
