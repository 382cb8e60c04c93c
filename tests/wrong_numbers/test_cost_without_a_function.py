"""A cost file of categories, days and amounts had no acquisition cost in it.

Cost counted only where it named sales or marketing as its function, and in small letters."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_cost_that_names_no_function_is_acquisition_cost(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="id  stage\nd1  Won",
        cost="""
            id  category  function   booked_on   amount
            k1  tools     -          2026-05-05  10
            k2  ads       Marketing  2026-05-05  20
        """,
    )
    assert book.measure("acquisition_cost").value == 30_00
