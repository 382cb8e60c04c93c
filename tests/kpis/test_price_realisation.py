"""Price realisation is what the discount leaves of the list."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book
from tests.kpis.sold_lines import book_of_lines


def test_realisation_is_what_the_discount_leaves(draw: Callable[..., Book]) -> None:
    book = book_of_lines(draw)
    for period in ("all", "2026Q1", "2026Q2"):
        given = book.measure("discount_rate", period=period).value
        got = book.measure("price_realisation", period=period).value
        assert given is not None
        assert got == 1 - Decimal(given)
