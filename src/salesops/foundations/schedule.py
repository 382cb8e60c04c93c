"""When work that comes again comes next: “every 15 minutes”, or the five fields of cron and a time zone.

`30 2 * * 1-5 Europe/Berlin` is half past two on working days there; without a zone it is UTC. On the day a zone
sets its clocks forward a time that is left out counts an hour later, and on the day it sets them back a time
that comes twice counts once.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from salesops.foundations.problem import Refusal

_EVERY = re.compile(r"every (?:(\d+) )?(second|minute|hour|day)s?")
_PART = re.compile(r"(?:\*|(\d+)(?:-(\d+))?)(?:/(\d+))?")
# minute, hour, day of the month, month, day of the week with Sunday as 0
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_MOST_DAYS = 4 * 366 + 1  # the 29th of February is at most so far away, but for turns of centuries


def next_time(schedule: str, after: datetime) -> datetime:
    """The first instant of `schedule` later than `after`. Refuses what it cannot read."""
    every = _EVERY.fullmatch(schedule.strip())
    if every:
        span = timedelta(**{f"{every[2]}s": int(every[1] or 1)})
        if not span:
            raise _unreadable(schedule)
        return after + span
    minutes, hours, days, months, weekdays, zone = _fields(schedule)
    first = after.astimezone(zone).date()
    for offset in range(_MOST_DAYS):
        day = first + timedelta(days=offset)
        if day.day in days and day.month in months and day.isoweekday() % 7 in weekdays:
            for hour, minute in product(sorted(hours), sorted(minutes)):
                moment = _instant(day, hour, minute, zone)
                if moment > after:
                    return moment
    raise Refusal(f"“{schedule}” names a day that never comes.")


def _instant(day: date, hour: int, minute: int, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(UTC)


def _fields(schedule: str) -> tuple[set[int], set[int], set[int], set[int], set[int], ZoneInfo]:
    words = schedule.split()
    if len(words) not in (5, 6):
        raise _unreadable(schedule)
    try:
        zone = ZoneInfo(words[5] if len(words) == 6 else "UTC")
        minutes, hours, days, months, weekdays = (
            _numbers(word, *bounds) for word, bounds in zip(words[:5], _BOUNDS, strict=True)
        )
    except (ValueError, OSError, KeyError) as error:  # a zone nobody knows is a KeyError
        raise _unreadable(schedule) from error
    return minutes, hours, days, months, weekdays, zone


def _numbers(field: str, least: int, most: int) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        said = _PART.fullmatch(part)
        if not said:
            raise ValueError(part)
        begin = int(said[1]) if said[1] else least
        end = int(said[2]) if said[2] else (begin if said[1] and not said[3] else most)
        if not least <= begin <= end <= most:
            raise ValueError(part)
        found.update(range(begin, end + 1, int(said[3] or 1)))
    return found


def _unreadable(schedule: str) -> Refusal:
    return Refusal(
        f"“{schedule}” is not a time this program knows. "
        "Write “every 15 minutes”, or as cron does, such as “30 2 * * 1-5 Europe/Berlin”."
    )
