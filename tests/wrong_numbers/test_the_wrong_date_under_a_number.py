"""A reading of 31 March was shown as one of 1 April.

The end of a day west of Greenwich is the next day in UTC, and the words under the number were in UTC."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from salesops.book.settings import CalendarSettings, Settings


def test_a_result_is_of_the_day_that_was_asked_for(draw: Callable[..., Book]) -> None:
    book = draw(
        settings=Settings(calendar=CalendarSettings(time_zone="America/New_York")),
        opportunity="id  stage\nd1  Proposal",
        opportunity_version="""
            opportunity_id  valid_from        stage
            d1              2026-01-01T09:00  Discovery
            d1              2026-05-01T09:00  Proposal
        """,
    )
    assert "as of 31 March 2026" in repr(book.as_of("2026-03-31").measure("data_completeness"))
