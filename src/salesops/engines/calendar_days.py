"""Each day a book could be asked about: the labels of its periods, and when it turns within a day of UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from salesops.foundations.fiscal_calendar import GRAINS, FiscalCalendar, Grain
from salesops.foundations.period import day_begins

if TYPE_CHECKING:
    import pyarrow as pa


@lru_cache(maxsize=8)  # whoever follows records asks for the same days again and again
def calendar_days(calendar: FiscalCalendar, first: date, after: date) -> pa.Table:
    """Each day of `[first, after)` with the labels of its periods and its turn."""
    import pyarrow as pa

    days = [first + timedelta(days=i) for i in range((after - first).days)]
    turns = [day_turns(day, calendar.time_zone) for day in days]
    labels: dict[str, object] = {g: _labels(calendar, g, first, after) for g in GRAINS}
    return pa.table(
        labels
        | {
            "day": pa.array(days, pa.date32()),
            "turns_at": pa.array([t.at for t in turns], pa.timestamp("us")),
            "day_before": pa.array([t.before for t in turns], pa.date32()),
            "day_after": pa.array([t.after for t in turns], pa.date32()),
        }
    )


def _labels(calendar: FiscalCalendar, grain: Grain, first: date, after: date) -> list[str]:
    labels: list[str] = []
    for period in calendar.series(grain, first, after):
        days = min(period.end, after) - max(period.start, first)
        labels += [period.label] * days.days
    return labels


@dataclass(frozen=True)
class Turn:
    """Within one day of UTC: the instant the local day turns, and the local days before and after it."""

    at: datetime
    before: date
    after: date


def day_turns(day: date, zone: str) -> Turn:
    """When the local day turns within a day of UTC; instants are UTC without a zone."""
    if zone == "UTC":
        return Turn(datetime.combine(day, time()), day, day)
    local = ZoneInfo(zone)
    begins = datetime.combine(day, time(), UTC)
    before = begins.astimezone(local).date()
    after = (begins + timedelta(days=1, microseconds=-1)).astimezone(local).date()
    at = begins if after == before else day_begins(after, zone)
    return Turn(at.replace(tzinfo=None), before, after)
