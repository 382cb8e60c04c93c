"""Close dates are past due when they lie before today in the organisation's zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from salesops.book.book import Book
from salesops.book.settings import CalendarSettings, Settings

DEALS = """
    id  stage     close_date
    d1  Proposal  2026-06-28
    d2  Proposal  2026-06-29
    d3  Proposal  2026-06-30
    d4  Proposal  -
    d5  Won       2026-01-01
"""
SEEN = "id  owner_id  occurred_at  is_done\nv1  ann  2026-06-29T23:30  yes"


def test_today_is_not_past_due_and_closed_deals_never_are(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS, activity=SEEN).measure("past_due_close_dates").figure
    assert figure.numerator == 1
    assert figure.denominator == 4
    assert figure.value == Decimal("0.25")


def test_today_is_a_day_of_the_organisations_zone(draw: Callable[..., Book]) -> None:
    tokyo = Settings(calendar=CalendarSettings(time_zone="Asia/Tokyo"))
    book = draw(settings=tokyo, opportunity=DEALS, activity=SEEN)  # 30 June, half past eight
    assert book.measure("past_due_close_dates").value == Decimal("0.5")


def test_files_of_days_alone_speak_of_their_last_day_in_every_zone(
    draw: Callable[..., Book],
) -> None:
    for zone in ("Asia/Tokyo", "America/Los_Angeles", "UTC"):
        settings = Settings(calendar=CalendarSettings(time_zone=zone))
        deals = "id  stage  created_on  close_date\nd1  Proposal  2026-06-10  2026-06-10"
        book = draw(settings=settings, opportunity=deals)
        assert book.today == date(2026, 6, 10)
        assert book.measure("past_due_close_dates").value == 0


def test_no_open_deals_are_nothing(draw: Callable[..., Book]) -> None:
    book = draw(opportunity="id  stage  close_date\nd1  Won  2026-01-01")
    assert book.measure("past_due_close_dates").value is None
