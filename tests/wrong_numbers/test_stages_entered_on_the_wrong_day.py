"""A stage entered on the evening of 31 March in New York counted in April.

The day of the entry was taken in UTC, not in the organisation's zone."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from salesops.book.settings import CalendarSettings, Settings


def test_an_entry_has_the_day_of_the_organisation(draw: Callable[..., Book]) -> None:
    book = draw(
        settings=Settings(calendar=CalendarSettings(time_zone="America/New_York")),
        opportunity="id  stage\nd1  Proposal",
        opportunity_version="opportunity_id  valid_from  stage\nd1  2026-04-01T02:00  Proposal",
    )
    assert book.measure("stage_conversion", period="2026M03").figure.n == 1
    assert book.measure("stage_conversion", period="2026M04").figure.n == 0
