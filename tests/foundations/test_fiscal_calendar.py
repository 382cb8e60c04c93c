"""Fiscal periods of every grain partition time, whatever the calendar."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops.foundations.fiscal_calendar import GRAINS, FiscalCalendar, Grain
from salesops.foundations.period import Period
from salesops.foundations.problem import Refusal

PLAIN = FiscalCalendar()
FEBRUARY = FiscalCalendar(first_month=2)
RETAIL = FiscalCalendar(first_month=2, pattern="445", year_named_by="start")  # ends last Saturday
NEAREST = FiscalCalendar(first_month=2, pattern="454", year_end="nearest", year_named_by="start")

calendars = st.builds(
    FiscalCalendar,
    first_month=st.integers(1, 12),
    pattern=st.sampled_from(["calendar", "445", "454", "544"]),
    year_end=st.sampled_from(["last", "nearest"]),
    year_end_weekday=st.integers(0, 6),
    year_named_by=st.sampled_from(["end", "start"]),
)
grains = st.sampled_from(GRAINS)
days = st.dates(date(1900, 1, 1), date(2200, 1, 1))


@given(calendars, grains, days)
def test_periods_follow_one_another_without_gap_or_overlap(
    calendar: FiscalCalendar, grain: Grain, day: date
) -> None:
    period = calendar.period_of(day, grain)
    assert period.contains(day)
    assert calendar.period_of(period.start, grain) == period
    assert calendar.period_of(period.end - timedelta(days=1), grain) == period
    following = calendar.period_of(period.end, grain)
    assert following.start == period.end
    assert calendar.previous(following) == period


@given(calendars, grains, days)
def test_a_label_names_the_period_it_stands_on(
    calendar: FiscalCalendar, grain: Grain, day: date
) -> None:
    period = calendar.period_of(day, grain)
    assert calendar.period(period.label) == period
    assert calendar.period(period.label.lower()) == period


@given(calendars, days, st.integers(1, 900))
def test_the_periods_of_a_series_cover_the_span_once(
    calendar: FiscalCalendar, start: date, length: int
) -> None:
    end = start + timedelta(days=length)
    for grain in GRAINS:
        series = calendar.series(grain, start, end)
        assert series[0].contains(start)
        assert series[-1].contains(end - timedelta(days=1))
        assert all(a.end == b.start for a, b in pairwise(series))


@given(calendars, days)
def test_finer_periods_lie_within_coarser_ones(calendar: FiscalCalendar, day: date) -> None:
    year = calendar.period_of(day, "year")
    quarter = calendar.period_of(day, "quarter")
    month = calendar.period_of(day, "month")
    week = calendar.period_of(day, "week")
    assert year.start <= quarter.start <= month.start
    assert month.end <= quarter.end <= year.end
    assert year.start <= week.start
    assert week.end <= year.end


@given(calendars, days)
def test_a_year_has_four_quarters_and_twelve_months(calendar: FiscalCalendar, day: date) -> None:
    year = calendar.period_of(day, "year")
    counts = [len(calendar.series(g, year.start, year.end)) for g in GRAINS]
    assert counts[:3] == [1, 4, 12]
    assert counts[3] in (52, 53)


@given(calendars, days)
def test_years_of_whole_weeks_have_52_or_53_and_end_on_their_weekday(
    calendar: FiscalCalendar, day: date
) -> None:
    year = calendar.period_of(day, "year")
    if calendar.pattern == "calendar":
        assert year.days in (365, 366)
        assert (year.start.month, year.start.day) == (calendar.first_month, 1)
    else:
        assert year.days in (52 * 7, 53 * 7)
        assert (year.end - timedelta(days=1)).weekday() == calendar.year_end_weekday
        quarters = [p.days // 7 for p in calendar.series("quarter", year.start, year.end)]
        assert quarters[:3] == [13, 13, 13]
        assert quarters[3] in (13, 14)


@given(calendars, grains, days)
def test_the_same_period_last_year_has_the_same_number(
    calendar: FiscalCalendar, grain: Grain, day: date
) -> None:
    period = calendar.period_of(day, grain)
    former = calendar.same_period_last_year(period)
    assert former.end <= period.start
    assert int(former.label[:4]) == int(period.label[:4]) - 1
    if not period.label.endswith("W53"):
        assert former.label[4:] == period.label[4:]


@pytest.mark.parametrize(
    ("calendar", "label", "start", "end"),
    [
        (PLAIN, "2026", "2026-01-01", "2027-01-01"),
        (PLAIN, "2026Q3", "2026-07-01", "2026-10-01"),
        (PLAIN, "2026-Q3", "2026-07-01", "2026-10-01"),
        (PLAIN, " 2026q3 ", "2026-07-01", "2026-10-01"),
        (PLAIN, "2024M02", "2024-02-01", "2024-03-01"),
        (PLAIN, "2024M2", "2024-02-01", "2024-03-01"),
        (PLAIN, "2026-07", "2026-07-01", "2026-08-01"),
        (PLAIN, "2026W01", "2026-01-01", "2026-01-08"),
        (PLAIN, "2026W53", "2026-12-31", "2027-01-01"),
        (PLAIN, "2024W53", "2024-12-30", "2025-01-01"),
        (PLAIN, "2026-07-01..2026-09-30", "2026-07-01", "2026-10-01"),
        (PLAIN, "2026-07-01..2026-07-01", "2026-07-01", "2026-07-02"),
        (PLAIN, "2025Q4..2026Q1", "2025-10-01", "2026-04-01"),
        (PLAIN, "2025Q4..2025Q4", "2025-10-01", "2026-01-01"),
        (FEBRUARY, "2026", "2025-02-01", "2026-02-01"),
        (FEBRUARY, "2026Q1", "2025-02-01", "2025-05-01"),
        (FEBRUARY, "2026M12", "2026-01-01", "2026-02-01"),
        (FEBRUARY, "2026-01", "2026-01-01", "2026-02-01"),
        # The years of the American retail federation's calendar, which has a 53rd week in 2023.
        (NEAREST, "2022", "2022-01-30", "2023-01-29"),
        (NEAREST, "2023", "2023-01-29", "2024-02-04"),
        (NEAREST, "2024", "2024-02-04", "2025-02-02"),
        (NEAREST, "2023W53", "2024-01-28", "2024-02-04"),
        (NEAREST, "2023M12", "2023-12-31", "2024-02-04"),
        (RETAIL, "2024Q1", "2024-01-28", "2024-04-28"),
        (RETAIL, "2024M02", "2024-02-25", "2024-03-24"),
        (RETAIL, "2024-02", "2024-02-01", "2024-03-01"),
    ],
)
def test_a_label_names_these_days(
    calendar: FiscalCalendar, label: str, start: str, end: str
) -> None:
    period = calendar.period(label)
    assert (str(period.start), str(period.end)) == (start, end)


@pytest.mark.parametrize(
    ("label", "understood"),
    [
        ("this_year", "2026"),
        ("this_quarter", "2026Q3"),
        ("last_quarter", "2026Q2"),
        ("this_month", "2026M08"),
        ("Last_Month", "2026M07"),
        ("this_week", "2026W33"),
        ("last_week", "2026W32"),
        ("last_1_quarters", "2026Q2"),
        ("last_4_quarters", "2025Q3..2026Q2"),
        ("last_13_months", "2025M07..2026M07"),
        ("last_2_years", "2024..2025"),
    ],
)
def test_a_relative_label_is_seen_from_a_day(label: str, understood: str) -> None:
    today = date(2026, 8, 15)
    period = PLAIN.period(label, today)
    assert period.label == understood
    assert PLAIN.period(understood) == period


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is not a period"),
        ("soon", "is not a period"),
        ("2026Q5", "no quarter 5"),
        ("2026Q0", "no quarter 0"),
        ("2026M13", "no month 13"),
        ("2026W54", "no week 54"),
        ("2026-13", "is not a month"),
        ("0001", "is not a period"),
        ("9999", "is not a period"),
        ("9999-12", "is not a month"),
        ("2026-02-30..2026-03-01", "does not exist"),
        ("2026-03-02..2026-03-01", "ends before it begins"),
        ("2026-01-01..9999-12-31", "too far away"),
        ("0001-01-01..2026-01-01", "too far away"),
        ("2026Q1..2025Q4", "ends before it begins"),
        ("2025..2026Q1", "mixes kinds"),
        ("2026Q1..soon", "is not a period"),
        ("2026Q1..2026Q2..2026Q3", "is not a period"),
        ("last_0_quarters", "is not a period"),
        ("last_quarter", "is not a period"),  # without a day to see it from
    ],
)
def test_what_is_no_period_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        PLAIN.period(text)


@pytest.mark.parametrize(
    ("calendar", "label", "former"),
    [
        (PLAIN, "2026Q1", "2025Q4"),
        (PLAIN, "2026M03", "2026M02"),  # 28 days before 31
        (PLAIN, "2025M01", "2024M12"),
        (PLAIN, "2025W01", "2024W53"),
        (PLAIN, "2025Q3..2026Q2", "2024Q3..2025Q2"),  # whole quarters, not 365 days
        (PLAIN, "2024M01..2024M02", "2023M11..2023M12"),
        (PLAIN, "2024..2025", "2022..2023"),
        (PLAIN, "2026-01-01..2026-01-10", "2025-12-22..2025-12-31"),
        (RETAIL, "2024-03", "2024-02"),  # a month on the wall, in a calendar of weeks
    ],
)
def test_before_a_period_comes_one_of_its_kind(
    calendar: FiscalCalendar, label: str, former: str
) -> None:
    assert calendar.previous(calendar.period(label)) == calendar.period(former)


@pytest.mark.parametrize(
    ("calendar", "label", "former"),
    [
        (PLAIN, "2026Q1", "2025Q1"),
        (PLAIN, "2026", "2025"),
        (PLAIN, "2025W53", "2024W53"),
        (NEAREST, "2023W53", "2022W52"),
        (PLAIN, "2025Q3..2026Q2", "2024Q3..2025Q2"),
        (PLAIN, "2024-02-01..2024-02-29", "2023-02-01..2023-02-28"),
        (PLAIN, "2024-02-29..2024-02-29", "2023-02-28..2023-02-28"),
        (RETAIL, "2024-02", "2023-02"),
    ],
)
def test_a_year_before_lies_the_same_period(
    calendar: FiscalCalendar, label: str, former: str
) -> None:
    assert calendar.same_period_last_year(calendar.period(label)) == calendar.period(former)


def test_nothing_lies_before_everything() -> None:
    everything = Period.everything()
    for ask in (PLAIN.previous, PLAIN.same_period_last_year):
        with pytest.raises(Refusal, match="Nothing lies before “all”"):
            ask(everything)
    with pytest.raises(Refusal, match="Nothing lies before"):
        PLAIN.previous(PLAIN.period("1000-01-01..9000-01-01"))


@pytest.mark.parametrize("label", ["all", "ALL"])
def test_all_is_all_of_time(label: str) -> None:
    assert PLAIN.period(label) == Period.everything()


def test_days_of_a_period_are_counted_from_one() -> None:
    assert PLAIN.day_of_period(date(2026, 7, 1), "quarter") == 1
    assert PLAIN.day_of_period(date(2026, 9, 30), "quarter") == 92
    assert PLAIN.day_of_period(date(2024, 12, 31), "year") == 366
