"""The changes of the process as a file: a row for each reading of one, and a row for one that was not read yet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from salesops.kpis import KPIS
from salesops.kpis._definition import Unit
from salesops.records.models import ProcessChange, User
from salesops.web.export import major
from salesops.web.pages.changes import readings, words
from salesops.web.pages.changes.known import names_in, today_known
from salesops.web.pages.keeping.record_page import reading

HEADER = (
    "Change", "Id", "State", "What changes", "Why", "Should move", "Unit", "By", "Teams", "People", "Only where", "From",
    "Measured until", "Given up on", "Read at (UTC)", "Read by", "Reading", "What it says", "As of", "Effect", "At least",
    "At most", "People who got it", "People compared",
)  # fmt: skip
HIDDEN = "For who sees everybody it is made of"
_OF_A_READING = 10


def rows_of(actor: User, changes: list[ProcessChange]) -> Iterator[tuple[Any, ...]]:
    """The rows. Shares are from 0 to 1, money in the currency that the unit names."""
    known, people, currency = today_known(), names_in(changes), reading()[0]
    results = readings.results(actor, changes)
    for change in changes:
        course = words.course_of(change, known, is_measured=change.pk in results)
        kpi = str(change.kpi)
        own = (
            str(change), change.pk, course.words, change.what, change.why, words.title_of(kpi),
            _unit(kpi, currency), _in_unit(kpi, change.expected, currency),
            ", ".join(change.teams), ", ".join(people.get(key, "somebody") for key in change.people), change.criterion,
            change.starts_on, change.last_on, change.given_up_on,
        )  # fmt: skip
        told = readings.told(actor, change, readings.plan_since(change))
        for one in told:
            yield *own, *_read(one)
        if not told:
            yield *own, *[None] * _OF_A_READING


def _read(one: readings.Told) -> tuple[Any, ...]:
    kind = "What it did" if one.is_after else "What could be found"
    kind += ", as it was planned before" if one.is_former else ""
    when = (one.at, one.who, kind)
    found = one.reading
    if found is None:
        return *when, HIDDEN, *[None] * (_OF_A_READING - 4)
    effect = found.effect if one.is_after else None
    values = (effect.value, effect.low, effect.high) if effect else (None, None, None)
    told = (_in_unit(found.kpi, value, found.currency) for value in values)
    return *when, one.headline, found.as_of, *told, found.treated, found.compared


def _unit(kpi: str, currency: str) -> str:
    if kpi not in KPIS:
        return ""
    unit = KPIS[kpi].unit
    return currency if unit is Unit.MONEY else str(unit.value)


def _in_unit(kpi: str, value: Any, currency: str) -> Any:
    """The value as its unit says, money in major units."""
    if value is None or kpi not in KPIS or KPIS[kpi].unit is not Unit.MONEY:
        return value
    return major(round(value), currency)
