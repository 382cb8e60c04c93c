"""A period is a half-open span of calendar days in the organisation's zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FIRST_DAY = date(1, 1, 1)
LAST_DAY = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` up to, and not with, `end`; `label` is what people call it."""

    start: date
    end: date
    label: str

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"A period ends after it starts: {self.start} to {self.end} does not.")

    @property
    def days(self) -> int:
        """How many days it holds."""
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        """The last of them."""
        return self.end - timedelta(days=1)

    def contains(self, day: date) -> bool:
        """Whether `day` lies in it."""
        return self.start <= day < self.end

    def instants(self, zone: str) -> tuple[datetime, datetime]:
        """The UTC instants at which its first day begins and the day after its last one does."""
        return day_begins(self.start, zone), day_begins(self.end, zone)

    @classmethod
    def everything(cls) -> Period:
        """All of time."""
        return cls(FIRST_DAY, LAST_DAY, "all")


def day_begins(day: date, zone: str) -> datetime:
    """The UTC instant at which a local day begins, also where its midnight is skipped or doubled.

    A midnight inside a gap (clocks put forward, a day left out) begins where the gap ends; of a doubled
    midnight the first counts.
    """
    local = ZoneInfo(zone)
    if day <= date(1, 1, 2) or day >= date(9999, 12, 30):
        return datetime.combine(day, time(), UTC)
    midnight = datetime.combine(day, time(), local)
    instant = midnight.astimezone(UTC)
    if instant.astimezone(local).replace(tzinfo=None) == midnight.replace(tzinfo=None):
        return instant
    # In a gap: both readings of the wall time exist only on paper; the gap ends where they meet.
    before = midnight.replace(fold=1).astimezone(UTC)
    after = midnight.replace(fold=0).astimezone(UTC)
    low, high = min(before, after), max(before, after)
    while (high - low).total_seconds() > 1:
        middle = low + (high - low) / 2
        if middle.astimezone(local).replace(tzinfo=None) >= midnight.replace(tzinfo=None):
            high = middle
        else:
            low = middle
    return high.replace(microsecond=0)
