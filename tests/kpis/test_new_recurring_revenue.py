"""New recurring revenue: of those who paid nothing when the period began."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.kpis.recurring import DEALS, YEAR, recurring_book


def test_new_revenue_is_of_who_paid_nothing_at_the_start(draw: Callable[..., Book]) -> None:
    figure = recurring_book(draw).measure("new_recurring_revenue", period=YEAR).figure
    assert (figure.value, figure.n) == (5_00, 1)  # a5 came and went within


def test_without_recurring_revenue_it_says_what_would_bring_it(draw: Callable[..., Book]) -> None:
    assert (
        "recurring revenue" in draw(opportunity=DEALS).measure("new_recurring_revenue").figure.why
    )
