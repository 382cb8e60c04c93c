"""The discount rate compares lines as sold with the list, in one currency."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book
from tests.kpis.sold_lines import book_of_lines


def test_list_100_and_sold_80_is_a_fifth(draw: Callable[..., Book]) -> None:
    book = book_of_lines(draw).where("id = 'd1'")
    by = book.measure("discount_rate", by=["product"])
    assert {f.label[0]: f.value for f in by} == {"Pump": Decimal("0.2"), "Valve": 0}


def test_lines_add_up_in_the_reporting_currency(draw: Callable[..., Book]) -> None:
    figure = book_of_lines(draw).measure("discount_rate").figure
    assert figure.denominator == 100_00 + 100_00 + 300_00
    assert figure.numerator == 20_00 + 0 + 150_00
    assert (figure.n, figure.n_excluded) == (3, 1)  # l3 has no list price


def test_a_line_in_a_currency_without_a_rate_is_left_out(draw: Callable[..., Book]) -> None:
    figure = book_of_lines(draw, "currency  valid_from  rate\nUSD  2020-01-01  1").measure(
        "discount_rate", period="2026Q2"
    )
    assert (figure.value, figure.figure.n, figure.figure.n_excluded) == (None, 0, 1)
