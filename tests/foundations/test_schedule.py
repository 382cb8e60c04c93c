"""Work that comes again comes at the right time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from salesops.foundations.problem import Refusal
from salesops.foundations.schedule import next_time


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        ("every 15 minutes", "2026-05-01 09:30:07", "2026-05-01 09:45:07"),
        ("every day", "2026-05-01 09:30", "2026-05-02 09:30"),
        ("30 2 * * *", "2026-05-01 02:29", "2026-05-01 02:30"),
        ("30 2 * * *", "2026-05-01 02:30", "2026-05-02 02:30"),
        ("*/20 * * * *", "2026-05-01 09:45", "2026-05-01 10:00"),
        ("5/20 8-9 * * *", "2026-05-01 08:50", "2026-05-01 09:05"),
        ("0 6,18 * * *", "2026-05-01 07:00", "2026-05-01 18:00"),
        ("0 7 * * 1-5", "2026-05-01 07:00", "2026-05-04 07:00"),  # a Friday, then Monday
        ("0 0 * * 0", "2026-05-01 07:00", "2026-05-03 00:00"),
        ("0 0 1 1 *", "2026-05-01 07:00", "2027-01-01 00:00"),
        ("0 0 29 2 *", "2026-05-01 07:00", "2028-02-29 00:00"),
        ("30 2 * * * Europe/Berlin", "2026-05-01 09:00", "2026-05-02 00:30"),
        ("30 2 * * * Europe/Berlin", "2026-03-28 12:00", "2026-03-29 01:30"),  # left out there
        ("30 2 * * * Europe/Berlin", "2026-10-24 12:00", "2026-10-25 00:30"),
        ("30 2 * * * Europe/Berlin", "2026-10-25 00:30", "2026-10-26 01:30"),  # twice there
    ],
)
def test_the_next_time(schedule: str, after: str, expected: str) -> None:
    assert next_time(schedule, _at(after)) == _at(expected)


@pytest.mark.parametrize(
    "schedule",
    [
        "",
        "now and then",
        "every 0 minutes",
        "60 * * * *",
        "* * * *",
        "* * * * * Nowhere/Else",
        "9-3 * * * *",
    ],
)
def test_what_cannot_be_read_is_refused_with_an_example(schedule: str) -> None:
    with pytest.raises(Refusal, match="every 15 minutes"):
        next_time(schedule, _at("2026-05-01"))


def test_a_day_that_never_comes_is_refused() -> None:
    with pytest.raises(Refusal, match="never comes"):
        next_time("0 0 31 2 *", _at("2026-05-01"))
