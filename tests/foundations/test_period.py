"""A period is half-open, and its instants follow one another without gap or overlap in every zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops.foundations.period import FIRST_DAY, LAST_DAY, Period, day_begins

ZONES = (
    "UTC",
    "America/New_York",
    "America/Havana",  # midnight is doubled in autumn
    "America/Sao_Paulo",  # midnight was skipped in spring
    "America/St_Johns",  # clocks went back a minute after midnight
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Europe/Berlin",
    "Pacific/Apia",  # 30 December 2011 was left out
    "Pacific/Kiritimati",
)


def test_a_period_holds_its_first_day_and_not_its_end() -> None:
    period = Period(date(2026, 1, 1), date(2026, 4, 1), "2026Q1")
    assert period.days == 90
    assert period.contains(date(2026, 1, 1))
    assert period.contains(date(2026, 3, 31))
    assert not period.contains(date(2026, 4, 1))
    assert not period.contains(date(2025, 12, 31))


@pytest.mark.parametrize("end", [date(2026, 1, 1), date(2025, 12, 31)])
def test_a_period_without_a_day_is_an_error(end: date) -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        Period(date(2026, 1, 1), end, "none")


def test_everything_is_from_the_first_day_to_the_last() -> None:
    everything = Period.everything()
    assert (everything.start, everything.end, everything.label) == (FIRST_DAY, LAST_DAY, "all")
    assert everything.instants("Pacific/Apia")[0] < everything.instants("Pacific/Apia")[1]


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("UTC", "2026-01-01", "2026-01-01T00:00"),
        ("Asia/Kathmandu", "2026-01-01", "2025-12-31T18:15"),
        ("America/New_York", "2024-02-29", "2024-02-29T05:00"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00"),  # the day began at 01:00
        ("America/Havana", "2025-11-02", "2025-11-02T04:00"),  # the first of two midnights
        ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00"),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00"),  # this day did not exist …
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00"),  # … and the next began in its place
        ("Asia/Beirut", "2022-03-27", "2022-03-26T22:00"),
    ],
)
def test_a_day_begins_where_its_midnight_is_or_its_gap_ends(
    zone: str, day: str, begins: str
) -> None:
    assert day_begins(date.fromisoformat(day), zone) == datetime.fromisoformat(begins).replace(
        tzinfo=UTC
    )


@given(st.dates(date(1900, 1, 1), date(2090, 1, 1)), st.sampled_from(ZONES))
def test_days_follow_one_another(day: date, zone: str) -> None:
    begins, ends = day_begins(day, zone), day_begins(day + timedelta(days=1), zone)
    assert begins <= ends  # equal only for a day that was left out
    assert ends - begins <= timedelta(hours=25)
    assert begins.astimezone(ZoneInfo(zone)).date() >= day


@given(
    st.datetimes(datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2090-01-01")),
    st.sampled_from(ZONES),
)
def test_each_instant_lies_in_exactly_one_day(moment: datetime, zone: str) -> None:
    instant = moment.replace(tzinfo=UTC)
    around = [instant.date() + timedelta(days=d) for d in (-2, -1, 0, 1, 2)]
    holding = [
        d
        for d in around
        if day_begins(d, zone) <= instant < day_begins(d + timedelta(days=1), zone)
    ]
    assert len(holding) == 1


@given(st.dates(), st.sampled_from(ZONES))
def test_every_day_of_the_calendar_begins(day: date, zone: str) -> None:
    assert day_begins(day, zone).tzinfo is UTC
