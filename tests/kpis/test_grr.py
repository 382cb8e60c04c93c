"""Gross retention: growth of one customer does not make up for what another left."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book
from tests.kpis.recurring import DEALS, YEAR, recurring_book


def test_gross_retention_takes_the_least_of_each_account(draw: Callable[..., Book]) -> None:
    figure = recurring_book(draw).measure("grr", period=YEAR).figure
    assert figure.value == Decimal("0.85")
    by = recurring_book(draw).measure("grr", period=YEAR, by=["industry"])
    assert {f.key[0]: f.numerator for f in by} == {"Media": 850, "Software": 0}


def test_of_all_time_it_has_no_start(draw: Callable[..., Book]) -> None:
    assert recurring_book(draw).measure("grr").value is None


def test_without_recurring_revenue_it_says_what_would_bring_it(draw: Callable[..., Book]) -> None:
    assert "recurring revenue" in draw(opportunity=DEALS).measure("grr").figure.why
