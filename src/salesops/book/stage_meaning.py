"""What a stage meant when: given from a day on or for all days, and what changed on a day taken back again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

# What of a stage has its days. Deals keep the probability they took; the order is one for all of time.
DATED = ("outcome", "is_pitched", "is_qualified", "forecast_category")

Meaning = Mapping[str, Any]  # by column
Before = Mapping[str, Meaning]  # by the ISO day before which it meant that


@dataclass(frozen=True)
class Turn:
    """On a day a stage came to mean something else: by column what it had been and what it was from then on."""

    day: date
    was: Meaning
    became: Meaning


def given(
    now: Meaning, before: Before | None, values: Meaning, since: date | None
) -> dict[str, dict[str, Any]] | None:
    """What the stage meant before each day, once `values` hold from `since` on, or have always held where it is None.

    `now` is what it meant until this is said. What was to change after that day is overruled.
    """
    told = {day: dict(meant) for day, meant in (before or {}).items()}
    for name, value in values.items():
        later = [day for day in sorted(told) if name in told[day]]
        if since is not None:
            later = [day for day in later if day >= since.isoformat()]
        then = told[later[0]][name] if later else now[name]
        for day in later:
            del told[day][name]
        if since is not None and then != value:
            told.setdefault(since.isoformat(), {})[name] = then
    return _tidy(told)


def taken_back(
    now: Meaning, before: Before | None, day: date
) -> tuple[dict[str, Any], dict[str, dict[str, Any]] | None]:
    """What the stage means now, of what differs, and what it meant before each day, as if nothing had changed on `day`."""
    told = {each: dict(meant) for each, meant in (before or {}).items()}
    values = dict[str, Any]()
    for name, was in told.pop(day.isoformat(), {}).items():
        later = [each for each in sorted(told) if each > day.isoformat() and name in told[each]]
        if not later:
            values[name] = was
            continue
        after = told[later[1]][name] if len(later) > 1 else now[name]
        told[later[0]][name] = was
        if after == was:
            del told[later[0]][name]
    return values, _tidy(told)


def turns(now: Meaning, before: Before | None) -> list[Turn]:
    """Each day on which the stage came to mean something else, the latest first."""
    found, after = [], dict(now)
    for day, meant in sorted((before or {}).items(), reverse=True):
        found.append(Turn(date.fromisoformat(day), meant, {name: after[name] for name in meant}))
        after |= meant
    return found


def _tidy(told: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]] | None:
    return {day: meant for day, meant in sorted(told.items()) if meant} or None
