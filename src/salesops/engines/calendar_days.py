"""Each day a book could be asked about: the labels of its periods, and when it turns within a day of UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import duckdb

from salesops.foundations.fiscal_calendar import GRAINS, FiscalCalendar, Grain
from salesops.foundations.period import day_begins

if TYPE_CHECKING:
    import pyarrow as pa

# Days beyond these are mistakes; a calendar that reached to them would be nothing but large.
FIRST_DAY = date(1990, 1, 1)
LAST_DAY = date(2100, 1, 1)
_DATED = (
    ("opportunity", "created_on"),
    ("opportunity", "close_date"),
    ("opportunity_version", "CAST(valid_from AS DATE)"),
    ("activity", "occurred_on"),
    ("cost", "booked_on"),
)


def write_calendar(work: duckdb.DuckDBPyConnection, calendar: FiscalCalendar, today: date) -> None:
    """A row of the base for every day it could be asked about, with the label of its periods."""
    frame = calendar_days(calendar, *_days_spoken_of(work, today))
    work.register("_days", frame)
    work.execute(
        "CREATE TABLE base.calendar AS SELECT day, week, month, quarter, year, turns_at, "
        "day_before, day_after FROM _days"
    )
    work.unregister("_days")


def _days_spoken_of(work: duckdb.DuckDBPyConnection, today: date) -> tuple[date, date]:
    """From the year of the first day any dated row names to a year after the last, within reason."""
    named = " UNION ALL ".join(
        f"SELECT min({column}) AS first, max({column}) AS last FROM base.{table}"
        for table, column in _DATED
    )
    found = work.execute(f"SELECT min(first), max(last) FROM ({named})").fetchone()
    first, last = found if found and found[0] else (today, today)
    first = max(min(first, today), FIRST_DAY)
    last = min(max(last, today), LAST_DAY)
    return first.replace(month=1, day=1), last + timedelta(days=400)


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
