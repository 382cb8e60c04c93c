"""Three thirds of a deal were less, or more, than the deal.

Each share was multiplied as a binary fraction and rounded alone."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_thirds_add_up_to_the_deal(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="id  stage  amount  close_date  owner_id\nd1  Won  1000.01  2026-05-05  ann",
        opportunity_split="""
            id  opportunity_id  person_id  share
            s1  d1              ann        0.333333
            s2  d1              bob        0.333333
            s3  d1              cay        0.333333
        """,
    )
    assert book.measure("credited_bookings").value == 1000_01
