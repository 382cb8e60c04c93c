"""ARR is what is paid a month now, twelve times."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.kpis.recurring import DEALS, recurring_book


def test_a_year_is_twelve_of_the_months_paid_now(draw: Callable[..., Book]) -> None:
    assert recurring_book(draw).measure("arr").value == (690 + 340 + 500) * 12


def test_without_recurring_revenue_it_says_what_would_bring_it(draw: Callable[..., Book]) -> None:
    assert "recurring revenue" in draw(opportunity=DEALS).measure("arr").figure.why
