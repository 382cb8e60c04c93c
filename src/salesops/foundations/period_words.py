"""Periods and days as people say them."""

from __future__ import annotations

import re
from datetime import date, timedelta

from salesops.foundations.period import Period

_QUARTER = re.compile(r"^(\d{4})Q(\d)$")
_MONTH = re.compile(r"^(\d{4})M(\d{2})$")
_WEEK = re.compile(r"^(\d{4})W(\d{2})$")
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def period_in_words(period: Period | str) -> str:
    """Q3 2026, July 2026, week 14 of 2026, Q3 2025 – Q2 2026, 1 Jul – 30 Sep 2026, all time; M07 2026 where a fiscal month
    is none of the calendar."""
    if isinstance(period, Period) and _is_month(period):
        return f"{period.start:%B %Y}"
    label = period.label if isinstance(period, Period) else period
    if label == "all":
        return "all time"
    first, dots, last = label.partition("..")
    if not dots:
        return _one(first)
    if _DAY.match(first) and _DAY.match(last):
        return _days(date.fromisoformat(first), date.fromisoformat(last))
    return f"{_one(first)} – {_one(last)}"


def _is_month(period: Period) -> bool:
    """A fiscal month that is one of the calendar, which its number may not say."""
    after = (period.start.replace(day=1) + timedelta(days=32)).replace(day=1)
    is_whole = period.start.day == 1 and period.end == after
    return is_whole and _MONTH.match(period.label) is not None


def _one(label: str) -> str:
    found = _QUARTER.match(label)
    if found:
        return f"Q{found[2]} {found[1]}"
    found = _MONTH.match(label)
    if found:
        return f"M{found[2]} {found[1]}"
    found = _WEEK.match(label)
    return f"week {int(found[2])} of {found[1]}" if found else label


def _days(first: date, last: date) -> str:
    if first == last:
        return day_in_words(first)
    if first.year == last.year:
        return f"{first:%-d %b} – {last:%-d %b %Y}"
    return f"{first:%-d %b %Y} – {last:%-d %b %Y}"


def day_in_words(day: date) -> str:
    """31 Mar 2026."""
    return f"{day:%-d %b %Y}"
