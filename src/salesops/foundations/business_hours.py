"""Time as an office counts it that does not work at night and at weekends, on the clocks of its zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WORKING_DAYS = frozenset(range(5))  # Monday to Friday
NONE = timedelta()


@dataclass(frozen=True)
class BusinessHours:
    """From `opens` to `closes` on each of `weekdays`, Monday being 0, by the clocks of `zone`.

    A day has as many hours when the zone changes its clocks as on any other.
    """

    zone: str = "UTC"
    opens: time = time(9)
    closes: time = time(17)
    weekdays: frozenset[int] = WORKING_DAYS

    def __post_init__(self) -> None:
        if self.opens >= self.closes or not self.weekdays:
            raise ValueError("An office opens before it closes, on one day of the week at least.")

    def between(self, begin: datetime, end: datetime) -> timedelta:
        """How much of the time from `begin` to `end` the office was open; less than nothing where `end` is first."""
        if end < begin:
            return -self.between(end, begin)
        first, last = self._here(begin), self._here(end)
        if first.date() == last.date():
            return self._until(last) - self._until(first)
        whole = self._days_open(first.date() + timedelta(days=1), last.date())
        return (
            self._day(first.date()) - self._until(first) + whole * self._length + self._until(last)
        )

    def after(self, begin: datetime, span: timedelta) -> datetime:
        """The instant at which the office has been open for `span` since `begin`."""
        at = self._here(begin)
        day, left = at.date(), span + self._until(at)
        weeks = max(0, left // (self._length * len(self.weekdays)) - 1)
        day, left = (
            day + weeks * timedelta(days=7),
            left - weeks * self._length * len(self.weekdays),
        )
        while self._day(day) < left or not self._day(day):
            left -= self._day(day)
            day += timedelta(days=1)
        local = datetime.combine(day, self.opens, ZoneInfo(self.zone)) + left
        return local.astimezone(UTC)

    @property
    def _length(self) -> timedelta:
        return datetime.combine(date.min, self.closes) - datetime.combine(date.min, self.opens)

    def _here(self, instant: datetime) -> datetime:
        return instant.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def _day(self, day: date) -> timedelta:
        return self._length if day.weekday() in self.weekdays else NONE

    def _until(self, local: datetime) -> timedelta:
        """How long the office was open on that day until then."""
        open_for = local - datetime.combine(local.date(), self.opens)
        return min(max(open_for, NONE), self._day(local.date()))

    def _days_open(self, first: date, end: date) -> int:
        """How many days it is open from `first` up to and without `end`."""
        weeks, rest = divmod((end - first).days, 7)
        odd = sum((first.weekday() + n) % 7 in self.weekdays for n in range(rest))
        return weeks * len(self.weekdays) + odd
