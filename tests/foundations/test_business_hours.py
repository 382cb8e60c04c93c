"""Business hours leave out nights and weekends, on the clocks of the office's zone."""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta

import pytest

from salesops.foundations.business_hours import BusinessHours

BERLIN = BusinessHours("Europe/Berlin")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ("2026-05-04T07:00", "2026-05-04T09:30", 2.5),  # Monday, nine in Berlin is seven in UTC
        ("2026-05-04T05:00", "2026-05-04T18:00", 8),
        ("2026-05-08T14:00", "2026-05-11T08:00", 2),  # over a weekend
        ("2026-05-09T08:00", "2026-05-10T20:00", 0),
        ("2026-03-27T08:00", "2026-03-30T07:00", 8),  # the clocks went forward on the 29th
        ("2026-05-04T09:00", "2026-05-04T08:00", -1),
        ("2026-01-01T00:00", "2027-01-01T00:00", 261 * 8),
    ],
)
def test_only_the_hours_the_office_is_open_count(begin: str, end: str, hours: float) -> None:
    assert BERLIN.between(_at(begin), _at(end)) == timedelta(hours=hours)


def test_a_deadline_is_the_instant_at_which_the_time_is_over() -> None:
    friday = _at("2026-05-08T14:00")
    assert BERLIN.after(friday, timedelta(hours=1)) == _at("2026-05-08T15:00")
    assert BERLIN.after(friday, timedelta(hours=2)) == _at("2026-05-11T08:00")
    assert BERLIN.after(_at("2026-05-09T10:00"), timedelta()) == _at("2026-05-11T07:00")


def test_a_deadline_lies_as_far_away_as_was_asked_whatever_the_hours() -> None:
    chance = random.Random(7)
    for _ in range(300):
        opens = chance.randint(4, 20)  # clocks change before four
        office = BusinessHours(
            chance.choice(["UTC", "America/New_York", "Asia/Kolkata", "Europe/Berlin"]),
            time(opens),
            time(chance.randint(opens + 1, 23)),
            frozenset(chance.sample(range(7), chance.randint(1, 7))),
        )
        begin = _at("2026-01-01T00:00") + timedelta(minutes=chance.randint(0, 525_600))
        span = timedelta(minutes=chance.randint(1, 60_000))
        end = office.after(begin, span)
        assert office.between(begin, end) == span
        assert office.between(begin, end - timedelta(seconds=1)) < span
