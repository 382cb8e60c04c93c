"""Pounds were counted at their rate in dollars in a book of euros.

The rates were given in dollars and did not list the dollar. With euros as reporting currency they were taken
for rates into euros."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from salesops.book.settings import Settings


def test_rates_are_rebased_where_their_base_is_not_listed(draw: Callable[..., Book]) -> None:
    book = draw(
        settings=Settings(currency="EUR"),
        opportunity="""
            id  stage  amount  currency  close_date
            d1  Won    100     GBP       2026-05-05
            d2  Won    100     EUR       2026-05-05
        """,
        exchange_rate="""
            currency  valid_from  rate
            EUR       2020-01-01  1.25
            GBP       2020-01-01  1.50
        """,
    )
    assert book.measure("closed_to_date").value == 120_00 + 100_00
