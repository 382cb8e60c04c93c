"""A clock is passed in, and a fixed one stands still."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from salesops.foundations.clock import fixed_clock, system_clock


def test_a_fixed_clock_stands_still_in_utc() -> None:
    noon = datetime(2026, 6, 30, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    clock = fixed_clock(noon)
    assert clock() == clock() == noon
    assert clock().tzinfo is UTC


def test_a_clock_without_a_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="time zone"):
        fixed_clock(datetime.fromisoformat("2026-06-30T14:00"))


def test_the_machine_is_asked_in_utc() -> None:
    assert system_clock().tzinfo is UTC
