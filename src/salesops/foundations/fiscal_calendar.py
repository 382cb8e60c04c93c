"""The fiscal calendar turns labels such as 2026Q3 into periods, and days into labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from salesops.foundations.period import Period
from salesops.foundations.problem import Refusal

Pattern = Literal["calendar", "445", "454", "544"]
Grain = Literal["year", "quarter", "month", "week"]
GRAINS: tuple[Grain, ...] = ("year", "quarter", "month", "week")

_WEEKS = {"445": (4, 4, 5), "454": (4, 5, 4), "544": (5, 4, 4)}
_LABEL = re.compile(r"^(\d{4})(?:-?(Q|M|W)(\d{1,2}))?$")
_ISO_MONTH = re.compile(r"^(\d{4})-(\d{2})$")
_SPAN = re.compile(r"^(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})$")
_RELATIVE = re.compile(r"^(this|last)_(year|quarter|month|week)$")
_LAST_N = re.compile(r"^last_(\d{1,3})_(year|quarter|month|week)s$")
_NAMED_SPAN = re.compile(r"^([^.]+)\.\.([^.]+)$")
_FIRST_YEAR, _LAST_YEAR = 1000, 9000  # whose neighbours all exist
_UNDERSTOOD = (
    "2026, 2026Q3, 2026M07, 2026-07, 2026W14, this_quarter, last_quarter, last_4_quarters, "
    "2025Q4..2026Q3 and 2026-07-01..2026-09-30 (both ends included) and all"
)


@dataclass(frozen=True)
class FiscalCalendar:
    """When fiscal years, quarters, months and weeks begin.

    `first_month` is the month a fiscal year begins in. With `pattern` "calendar" months are those of the
    calendar; "445" and its kin build quarters of thirteen whole weeks, the year ending on the
    `year_end_weekday` (0 is Monday) that is `last` in the month before `first_month`, or `nearest` to
    that month's end; a 53rd week belongs to the last month. A year is named by the calendar year it
    ends in, or begins in.
    """

    first_month: int = 1
    pattern: Pattern = "calendar"
    year_end: Literal["last", "nearest"] = "last"
    year_end_weekday: int = 5
    time_zone: str = "UTC"
    year_named_by: Literal["end", "start"] = "end"

    # -- years -----------------------------------------------------------------------------------

    def year_starts(self, year: int) -> date:
        """The first day of the fiscal year named `year`."""
        begins = year - 1 if self.year_named_by == "end" and self.first_month > 1 else year
        nominal = date(begins, self.first_month, 1)
        if self.pattern == "calendar":
            return nominal
        return _year_end(nominal, self.year_end, self.year_end_weekday) + timedelta(days=1)

    def year_of(self, day: date) -> int:
        """The name of the fiscal year `day` lies in."""
        year = day.year + 1
        while self.year_starts(year) > day:
            year -= 1
        return year

    # -- periods ---------------------------------------------------------------------------------

    def period_of(self, day: date, grain: Grain) -> Period:
        """The period of that grain in which `day` lies."""
        for period in self._of_year(self.year_of(day), grain):
            if period.contains(day):
                return period
        raise AssertionError(
            f"{day} lies in no {grain} of its own year."
        )  # the partition is tested

    def series(self, grain: Grain, start: date, end: date) -> list[Period]:
        """The periods of that grain which share a day with `[start, end)`, in order."""
        return list(self._series(grain, start, end))

    def previous(self, period: Period) -> Period:
        """The period of the same kind just before; for a span of days as many days before.

        A span of whole periods, such as four quarters, has as many of them before it.
        """
        _check_past(period)
        before = period.start - timedelta(days=1)
        grain = self._grain_of(period)
        if grain is not None:
            return self.period_of(before, grain)
        if _ISO_MONTH.match(period.label):
            return _wall_month(before)
        ends = self._ends(period.label)
        if ends is not None:
            grain, first, last = ends
            count = len(self.series(grain, first.start, last.end))
            return self._shifted_span(grain, first, last, count)
        return _span(period.start - timedelta(days=period.days), period.start)

    def same_period_last_year(self, period: Period) -> Period:
        """The period with the same number in the fiscal year before."""
        _check_past(period)
        grain = self._grain_of(period)
        if grain is not None:
            return self._in_year_before(period, grain)
        if _ISO_MONTH.match(period.label):
            return _wall_month(_year_before(period.start))
        ends = self._ends(period.label)
        if ends is not None:
            grain, first, last = ends
            return _joined(self._in_year_before(first, grain), self._in_year_before(last, grain))
        start, end = (_year_before(d) for d in (period.start, period.end))
        return _span(start, max(end, start + timedelta(days=1)))

    def day_of_period(self, day: date, grain: Grain) -> int:
        """1 for the first day of the period `day` lies in."""
        return (day - self.period_of(day, grain).start).days + 1

    def period(self, label: str, today: date | None = None) -> Period:
        """The period a label names. Raises Refusal that says what is understood."""
        text = label.strip()
        if text.lower() == "all":
            return Period.everything()
        for understand in (self._named, self._spanned, self._named_span):
            found = understand(text)
            if found:
                return found
        if today is not None:
            relative = self._relative(text.lower(), today)
            if relative:
                return relative
        raise Refusal(f"“{label}” is not a period. Understood are {_UNDERSTOOD}.")

    # -- parts -----------------------------------------------------------------------------------

    def _named(self, text: str) -> Period | None:
        text = text.upper()
        month = _ISO_MONTH.match(text)
        if month:
            return self._iso_month(int(month[1]), int(month[2]), text)
        found = _LABEL.match(text)
        if not found or not _FIRST_YEAR <= int(found[1]) <= _LAST_YEAR:
            return None
        periods = self._of_year(int(found[1]), _grain(found[2]))
        number = int(found[3]) if found[3] else 1
        if not 1 <= number <= len(periods):
            raise Refusal(f"{found[1]} has no {_grain(found[2])} {number}; it has {len(periods)}.")
        return periods[number - 1]

    def _iso_month(self, year: int, month: int, text: str) -> Period:
        """A calendar month as the calendar on the wall has it."""
        if not 1 <= month <= 12 or not _FIRST_YEAR <= year <= _LAST_YEAR:
            raise Refusal(f"“{text}” is not a month. Write July 2026 as 2026-07.")
        start = date(year, month, 1)
        if self.pattern == "calendar":
            return self.period_of(start, "month")
        return _wall_month(start)

    def _spanned(self, text: str) -> Period | None:
        found = _SPAN.match(text)
        if not found:
            return None
        try:
            first, last = date.fromisoformat(found[1]), date.fromisoformat(found[2])
        except ValueError:
            raise Refusal(f"“{text}” holds a day that does not exist.") from None
        if first.year < _FIRST_YEAR or last.year > _LAST_YEAR:
            raise Refusal(f"“{text}” is too far away; years go from {_FIRST_YEAR} to {_LAST_YEAR}.")
        if last < first:
            raise Refusal(f"“{text}” ends before it begins.")
        return _span(first, last + timedelta(days=1))

    def _relative(self, text: str, today: date) -> Period | None:
        found = _RELATIVE.match(text)
        if found:
            now = self.period_of(today, _word(found[2]))
            return now if found[1] == "this" else self.previous(now)
        found = _LAST_N.match(text)
        if not found or int(found[1]) < 1:
            return None
        last = self.previous(self.period_of(today, _word(found[2])))
        first = last
        for _ in range(int(found[1]) - 1):
            first = self.previous(first)
        return _joined(first, last)

    def _named_span(self, text: str) -> Period | None:
        """From one named period to another of the same grain, both included."""
        ends = self._ends(text)
        return _joined(ends[1], ends[2]) if ends else None

    def _ends(self, text: str) -> tuple[Grain, Period, Period] | None:
        found = _NAMED_SPAN.match(text)
        first, last = (self._named(found[1]), self._named(found[2])) if found else (None, None)
        if first is None or last is None:
            return None
        grain = self._grain_of(first)
        if grain is None or grain != self._grain_of(last):
            raise Refusal(f"“{text}” mixes kinds of periods. Write two quarters, or two months.")
        if last.start < first.start:
            raise Refusal(f"“{text}” ends before it begins.")
        return grain, first, last

    def _shifted_span(self, grain: Grain, first: Period, last: Period, count: int) -> Period:
        for _ in range(count):
            first, last = (
                self.period_of(p.start - timedelta(days=1), grain) for p in (first, last)
            )
        return _joined(first, last)

    def _in_year_before(self, period: Period, grain: Grain) -> Period:
        found = _LABEL.match(period.label)
        if found is None:
            raise AssertionError(f"{period.label} is no label of a {grain}.")
        former = self._of_year(int(found[1]) - 1, grain)
        return former[min(int(found[3] or 1), len(former)) - 1]

    def _series(self, grain: Grain, start: date, end: date) -> Iterator[Period]:
        for year in range(self.year_of(start), self.year_of(end - timedelta(days=1)) + 1):
            for period in self._of_year(year, grain):
                if period.start < end and period.end > start:
                    yield period

    def _grain_of(self, period: Period) -> Grain | None:
        found = _LABEL.match(period.label)
        if not found:
            return None
        grain = _grain(found[2])
        return grain if self.period_of(period.start, grain) == period else None

    def _of_year(self, year: int, grain: Grain) -> tuple[Period, ...]:
        return _periods_of_year(self, year, grain)


@lru_cache(maxsize=4096)
def _periods_of_year(calendar: FiscalCalendar, year: int, grain: Grain) -> tuple[Period, ...]:
    start, end = calendar.year_starts(year), calendar.year_starts(year + 1)
    if grain == "year":
        return (Period(start, end, f"{year}"),)
    if grain == "week":
        return tuple(_weeks(year, start, end))
    edges = [start]
    if calendar.pattern == "calendar":
        edges = [_add_months(start, i) for i in range(12)]
    else:
        for weeks in _WEEKS[calendar.pattern] * 4:
            edges.append(edges[-1] + timedelta(weeks=weeks))
        edges = edges[:12]  # the last month ends with the year, a 53rd week included
    edges.append(end)
    if grain == "month":
        return tuple(Period(edges[i], edges[i + 1], f"{year}M{i + 1:02}") for i in range(12))
    return tuple(Period(edges[3 * i], edges[3 * i + 3], f"{year}Q{i + 1}") for i in range(4))


def _weeks(year: int, start: date, end: date) -> Iterator[Period]:
    """Seven days each from the year's first day; the last one ends with the year."""
    number = 1
    while start < end:
        following = min(start + timedelta(weeks=1), end)
        yield Period(start, following, f"{year}W{number:02}")
        start, number = following, number + 1


def _year_end(nominal_start: date, rule: str, weekday: int) -> date:
    month_end = nominal_start - timedelta(days=1)
    back = timedelta(days=(month_end.weekday() - weekday) % 7)
    last = month_end - back
    if rule == "nearest" and back.days > 3:
        return last + timedelta(weeks=1)
    return last


def _add_months(day: date, months: int) -> date:
    count = day.month - 1 + months
    return date(day.year + count // 12, count % 12 + 1, 1)


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, day=28)


def _wall_month(day: date) -> Period:
    """The month of the calendar on the wall in which a day lies."""
    start = day.replace(day=1)
    return Period(start, _add_months(start, 1), f"{start:%Y-%m}")


def _joined(first: Period, last: Period) -> Period:
    """From the one to the other, both included."""
    if first == last:
        return first
    return Period(first.start, last.end, f"{first.label}..{last.label}")


def _check_past(period: Period) -> None:
    if period.start.year < _FIRST_YEAR or period.days >= period.start.toordinal():
        raise Refusal(f"Nothing lies before “{period.label}” that it could be compared with.")


def _span(start: date, end: date) -> Period:
    return Period(start, end, f"{start}..{end - timedelta(days=1)}")


def _grain(letter: str | None) -> Grain:
    letters: dict[str | None, Grain] = {None: "year", "Q": "quarter", "M": "month", "W": "week"}
    return letters[letter]


def _word(word: str) -> Grain:
    words: dict[str, Grain] = {g: g for g in GRAINS}
    return words[word]
