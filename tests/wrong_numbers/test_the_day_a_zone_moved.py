"""Deals kept their day of creation when the organisation's zone was set.

The day was worked out from the instant only where there was none yet, and there always was one of UTC."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from salesops.book.settings import CalendarSettings, Settings


def test_the_day_of_creation_follows_the_zone(draw: Callable[..., Book]) -> None:
    book = draw(
        settings=Settings(calendar=CalendarSettings(time_zone="America/New_York")),
        opportunity="""
            id  stage     created_at        created_on
            d1  Proposal  2026-04-01T02:00  2026-04-01
        """,
    )
    assert book.measure("created_cohort_win_rate", period="2026Q1").figure.n == 1
