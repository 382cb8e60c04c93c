"""In Tokyo every close date was past due a day early.

Files that know only days speak of the end of their last one. That end was taken in UTC, when Tokyo is nine
hours into the next day."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from salesops.book.settings import CalendarSettings, Settings


def test_files_of_days_speak_of_their_last_day(draw: Callable[..., Book]) -> None:
    book = draw(
        settings=Settings(calendar=CalendarSettings(time_zone="Asia/Tokyo")),
        opportunity="id  stage  created_on  close_date\nd1  Proposal  2026-06-10  2026-06-10",
    )
    assert book.measure("past_due_close_dates").value == 0
