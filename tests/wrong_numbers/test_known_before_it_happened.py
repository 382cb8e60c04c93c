"""At noon a call of that afternoon had been made.

Readings within a day compared days, so everything of the whole day was known."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_at_noon_the_afternoon_is_unknown(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="id  stage\nd1  Proposal",
        opportunity_version="opportunity_id  valid_from  stage\nd1  2026-01-01T00:00  Proposal",
        activity="""
            id  kind  owner_id  occurred_at       duration_minutes  is_done
            v1  call  ann       2026-05-05T10:00  30                yes
            v2  call  ann       2026-05-05T15:00  30                yes
            v3  call  ann       2026-05-06T15:00  30                yes
        """,
    )
    assert book.as_of("2026-05-05T12:00").measure("time_spent_selling").figure.n == 1
