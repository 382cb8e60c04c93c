"""Costs counted twice because two exchange rates held on the same day.

Rates were listed with a first day each and no last one. Every rate then held for ever, and money was
converted once with each."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_a_later_rate_ends_the_former(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="id  stage\nd1  Won",
        exchange_rate="""
            currency  valid_from  valid_to  rate
            USD       2020-01-01  -         1
            EUR       2025-01-01  -         1.10
            EUR       2026-01-01  -         1.20
        """,
        cost="id  function  booked_on  amount  currency\nk1  sales  2026-02-01  100  EUR",
    )
    assert book.measure("acquisition_cost").value == 120_00
    assert book.measure("acquisition_cost").figure.n == 1
