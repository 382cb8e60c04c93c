"""Net retention: what the customers of a year ago pay now of what they paid."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book
from tests.kpis.recurring import DEALS, YEAR, recurring_book


def test_net_retention_counts_what_the_same_customers_added(draw: Callable[..., Book]) -> None:
    figure = recurring_book(draw).measure("nrr", period=YEAR).figure
    assert figure.value == Decimal("1.03")  # metrics: 10 + 1.8 − 0.6 − 0.9 of 10
    assert [figure.numerator, figure.denominator, figure.n] == [10_30, 10_00, 3]


def test_of_all_time_it_has_no_start(draw: Callable[..., Book]) -> None:
    assert recurring_book(draw).measure("nrr").value is None


def test_without_recurring_revenue_it_says_what_would_bring_it(draw: Callable[..., Book]) -> None:
    assert "recurring revenue" in draw(opportunity=DEALS).measure("nrr").figure.why
