"""A target is what a number is to reach in a period, for everybody or for one team; a local book keeps them in a file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from salesops.book.book import Book
from salesops.book.picture import value_in_words
from salesops.book.settings import write_whole
from salesops.foundations.fiscal_calendar import GRAINS, FiscalCalendar, Grain
from salesops.foundations.money import to_decimal
from salesops.foundations.period import Period
from salesops.foundations.period_words import period_in_words
from salesops.foundations.problem import Refusal
from salesops.foundations.typed_number import typed_decimal, typed_money
from salesops.kpis import KPIS
from salesops.kpis._definition import Kpi, Unit

FILE = "targets.json"
# What may be typed behind a number of each unit.
_BEHIND = {
    Unit.SHARE: r"%",
    Unit.DAYS: r"d|days?",
    Unit.HOURS: r"h|hours?",
    Unit.MONTHS: r"months?",
    Unit.TIMES: r"x|×|times",
    Unit.COUNT: "",
}
_SUCH_AS = {
    Unit.SHARE: "30 %",
    Unit.DAYS: "45 days",
    Unit.HOURS: "4 hours",
    Unit.MONTHS: "12 months",
    Unit.TIMES: "3×",
    Unit.COUNT: "120",
    Unit.MONEY: "3.2m or 450k",
    Unit.MONEY_PER_DAY: "12k",
}

Key = tuple[str, str, str]


class Target(BaseModel):
    """What the KPI `kpi` is to be in the fiscal `period`, for everybody or the people of `team`.

    `value` is in the unit of the KPI's own values, money in minor units of `currency`. With `is_most` it is
    what is not to be exceeded.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    kpi: str = Field(max_length=60)
    period: str = Field(max_length=20)
    team: str = ""
    value: Decimal
    is_most: bool = False
    currency: str = Field(default="", pattern="^([A-Z]{3})?$")

    @property
    def key(self) -> Key:
        """What there is one target of."""
        return self.kpi, self.period, self.team

    @property
    def goal(self) -> str:
        """What is to be reached, as people say it: at least 30.0 %, at most $40K."""
        said = value_in_words(KPIS[self.kpi].unit, self.value, self.currency, compact=True)
        return f"{'at most' if self.is_most else 'at least'} {said}"


def words_of(key: Key) -> str:
    """Win rate in Q3 2026, East."""
    kpi, period, team = key
    return f"{KPIS[kpi].title} in {period_in_words(period)}" + (f", {team}" if team else "")


_TARGETS = TypeAdapter(list[Target])


def target_of(
    book: Book, name: str, period: str, text: str, *, team: str = "", is_most: bool | None = None
) -> Target:
    """The target somebody means. Refuses what cannot be one, with what to write instead.

    Without a word on `is_most` it is so where less is better.
    """
    kpi = KPIS.get(name)
    if kpi is None:
        raise Refusal(f"There is no KPI “{name}”. `salesops kpis` lists them.")
    label = whole_period(book.calendar, book.period(period)).label
    if team and "team" not in book.can_split(name):
        raise Refusal(
            f"{kpi.title} cannot be split by team, so it has a target for everybody only."
        )
    if team and team not in (known := teams_of(book)):
        there = ", ".join(known) or "none"
        raise Refusal(f"There is no team “{team}”. There are: {there}.")
    value = typed_value(kpi, text, book.facts.currency)
    return Target(
        kpi=name,
        period=label,
        team=team,
        value=value,
        is_most=kpi.better == "down" if is_most is None else is_most,
        currency=book.facts.currency if kpi.unit.is_money else "",
    )


def whole_period(calendar: FiscalCalendar, period: Period) -> Period:
    """The period, where it is a year, quarter, month or week of the calendar; a Refusal otherwise."""
    if grain_of(calendar, period) is None:
        raise Refusal(
            "A target is for a year, a quarter, a month or a week, such as 2026, 2026Q3 or 2026M07."
        )
    return period


def grain_of(calendar: FiscalCalendar, period: Period) -> Grain | None:
    """Which kind of period of the calendar it is."""
    if period.label == "all":
        return None
    return next((g for g in GRAINS if calendar.period_of(period.start, g) == period), None)


def teams_of(book: Book) -> list[str]:
    """The teams the book knows."""
    found = book.engine.run(
        "SELECT team FROM opportunity WHERE team <> '' UNION SELECT team FROM person WHERE team <> '' ORDER BY 1"
    )
    return [row[0] for row in found.rows]


def typed_value(kpi: Kpi, text: str, currency: str) -> Decimal:
    """A value of the KPI as people write it: 30 %, 45 days, 3×, 3.2m."""
    said = f"Write what {kpi.title} is to be, such as {_SUCH_AS[kpi.unit]}."
    if kpi.unit.is_money:
        minor, _ = typed_money(text, currency)
        if minor is None:
            raise Refusal(said)
        return Decimal(minor)
    number = re.sub(rf"\s*(?:{_BEHIND[kpi.unit]})\s*$", "", text, flags=re.I)
    try:
        found = typed_decimal(number)
    except Refusal:
        raise Refusal(said) from None
    if found is None or (kpi.unit is Unit.COUNT and found != found.to_integral_value()):
        raise Refusal(said)
    return found / 100 if kpi.unit is Unit.SHARE else found


def value_to_type(target: Target) -> str:
    """The value as one would type it."""
    unit = KPIS[target.kpi].unit
    if unit.is_money:
        amount = to_decimal(int(target.value), target.currency)
        return f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,f}"
    plain = f"{(target.value * 100 if unit is Unit.SHARE else target.value).normalize():f}"
    return f"{plain} %" if unit is Unit.SHARE else plain


def such_as(kpi: Kpi) -> str:
    """An example of what one may type."""
    return _SUCH_AS[kpi.unit]


def load_targets(folder: Path) -> list[Target]:
    """The targets kept beside the book in `folder`, those of numbers that are no more left out."""
    file = folder / FILE
    if not file.exists():
        return []
    try:
        found = _TARGETS.validate_json(file.read_bytes())
    except ValidationError as error:
        raise Refusal(
            f"{file} cannot be read as targets. Mend the file, or delete it to begin without any."
        ) from error
    return [t for t in found if t.kpi in KPIS]


def set_target(folder: Path, target: Target) -> None:
    """Keep a target beside the book, in place of the one there is of the same number, period and team."""
    others = [t for t in load_targets(folder) if t.key != target.key]
    _save(folder, [*others, target])


def take_target_away(folder: Path, key: Key) -> None:
    """Have no such target any more."""
    there = load_targets(folder)
    left = [t for t in there if t.key != key]
    if len(left) == len(there):
        raise Refusal("There is no such target.")
    _save(folder, left)


def _save(folder: Path, targets: Iterable[Target]) -> None:
    ordered = sorted(targets, key=lambda t: t.key)
    told = [t.model_dump(mode="json") for t in ordered]
    write_whole(folder / FILE, json.dumps(told, indent=2, ensure_ascii=False))
