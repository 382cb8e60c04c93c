"""The Book: tables, scope, as-of and engine, and every number asked of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from salesops.book.custom import Custom, tables_with
from salesops.book.dimension import DIMENSIONS, GRAINS, SEGMENT, dimensions_with, splits_by
from salesops.book.engine import BookFacts, Engine, Rows
from salesops.book.facts import EVERYTHING, Scope
from salesops.book.measurement import Figure, Measurement, figure_of
from salesops.book.question import MOMENTS, Question, percentile_column
from salesops.book.quota_version import untold_until
from salesops.book.settings import Settings
from salesops.foundations.criterion import parse
from salesops.foundations.fiscal_calendar import FiscalCalendar
from salesops.foundations.instant import bare
from salesops.foundations.period import FIRST_DAY, LAST_DAY, Period, day_begins
from salesops.foundations.problem import Refusal
from salesops.kpis import KPIS
from salesops.kpis._definition import Cell, Kpi
from salesops.tables import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir

SAME_DAY = "same_day_"


@dataclass(frozen=True)
class Book:
    """Facts as one reader may see them at one instant.

    `at` is None for the latest state the files know. Books are values: `as_of`, `where` and `seen_by`
    give another one.
    """

    engine: Engine
    settings: Settings = field(default_factory=Settings)
    at: datetime | None = None
    scope: Scope = EVERYTHING
    criterion: str = ""

    @property
    def facts(self) -> BookFacts:
        """What the book knows of itself: currency, how far it reaches, since when it holds history."""
        return self.engine.facts

    @property
    def calendar(self) -> FiscalCalendar:
        """The organisation's fiscal calendar."""
        return self.settings.calendar.calendar()

    @property
    def instant(self) -> datetime:
        """The instant this book speaks of, in UTC: no later than the files do."""
        latest = self.facts.data_as_of
        return latest if self.at is None else min(self.at, latest)

    @property
    def today(self) -> date:
        """Its day in the organisation's zone."""
        return self._local(self.instant).date()

    @property
    def last_day(self) -> date:
        """The last day the files know of, whatever instant is spoken of, in the organisation's zone."""
        return self._local(self.facts.data_as_of).date()

    @property
    def is_past(self) -> bool:
        """It speaks of an earlier instant than the files do."""
        return self.at is not None and self.at < self.facts.data_as_of

    def as_of(self, when: str | date | datetime) -> Book:
        """The same book as it was at an instant, or at the end of a day in the organisation's zone.

        Of a later moment than the files speak of nothing is known: that gives their latest state, and says so.
        """
        return dataclasses.replace(self, at=self._instant(when))

    def where(self, criterion: str) -> Book:
        """The same book with only the opportunities a criterion is true for."""
        self._parse(criterion)
        both = f"({self.criterion}) and ({criterion})" if self.criterion else criterion
        return dataclasses.replace(self, criterion=both)

    def seen_by(self, reader: Sequence[str] | Scope) -> Book:
        """The same book with only what belongs to the people named, or what a scope lets be seen."""
        scope = reader if isinstance(reader, Scope) else Scope(tuple(sorted(set(reader))))
        return dataclasses.replace(self, scope=scope)

    def __getattr__(self, name: str) -> ir.Table:
        if name.startswith("_") or name not in TABLES:
            raise AttributeError(f"A book has no table “{name}”.")
        return self._ibis_table(name)

    def period(self, label: str | Period) -> Period:
        """A period of the fiscal calendar: 2026Q3, 2026, 2026M07, all, 2026-07-01..2026-09-30, last_quarter."""
        if isinstance(label, Period):
            return label
        return self.calendar.period(label, today=self.today)

    def measure(
        self, name: str, *, period: str | Period = "all", by: str | Sequence[str] = ()
    ) -> Measurement:
        """The KPI `name` over a period, split by dimensions or by week, month, quarter or year."""
        kpi = _kpi(name)
        by = (by,) if isinstance(by, str) else tuple(by)
        over = self.period(period)
        why = self._why_nothing(kpi, over)
        if why:
            figures: tuple[Figure, ...] = (
                (figure_of(kpi, Cell(None, None, 0), why=why),) if not by else ()
            )
        else:
            figures = self._figures(kpi, over, by)
        return Measurement(
            kpi=kpi,
            period=over,
            by=by,
            as_of=self._local(self.instant),
            filters=(self.criterion,) if self.criterion else (),
            currency=self.facts.currency,
            figures=figures,
        )

    def series(self, name: str, periods: Sequence[Period]) -> list[Measurement]:
        """The KPI over each period; the state at a moment is read at each period's end."""
        return [self.read_over(name, period) for period in periods]

    def read_over(self, name: str, period: Period, *, by: str | Sequence[str] = ()) -> Measurement:
        """The KPI over a period; the state at a moment is read at the period's end."""
        return self.read_at(name, period).measure(name, period=period, by=by)

    def read_at(self, name: str, period: Period) -> Book:
        """The book by which the KPI over a period is read: that of the period's end for the state at a moment."""
        ends = self._instant(period.last_day)
        is_other = _is_point(_kpi(name)) and ends < self.instant
        return dataclasses.replace(self, at=ends) if is_other else self

    def rows_behind(
        self,
        name: str,
        *,
        period: str | Period = "all",
        at: dict[str, str | None] | None = None,
        order: str = "",
        limit: int = 100,
        offset: int = 0,
    ) -> Rows:
        """The rows a figure is made of: `at` names the group, such as {"team": "North"}."""
        kpi = _kpi(name)
        if kpi.rows is None:
            raise Refusal(
                f"{kpi.title} combines {', '.join(_kpi(p.kpi).title for p in kpi.parts.values())}; "
                "ask for the rows of one of these."
            )
        groups = at or {}
        question = dataclasses.replace(
            self._question(kpi, tuple(groups)),
            answer="rows",
            at=tuple(v is not None for v in groups.values()),
        )
        values = self._reading(self.period(period))
        values |= {f"g{i}": v for i, v in enumerate(groups.values()) if v is not None}
        return self.engine.page(question, values, order or kpi.row_key, limit, offset)

    def can_split(self, name: str) -> list[str]:
        """The dimensions a KPI can be split by, segments last."""
        leaves = [_kpi(k) for k in _leaves(_kpi(name))]
        known = dimensions_with(self.facts.custom)
        shared = [n for n, d in known.items() if all(splits_by(leaf, d) for leaf in leaves)]
        if self.settings.segments and all(SEGMENT in leaf.splits for leaf in leaves):
            shared.append(SEGMENT)
        return shared

    def _figures(self, kpi: Kpi, period: Period, by: tuple[str, ...]) -> tuple[Figure, ...]:
        cells = self._cells(kpi, period, by)
        if untold := self.quotas_untold(kpi.name, period):
            cells = {
                key: dataclasses.replace(cell, note=f"{cell.note} {untold}".strip())
                for key, cell in cells.items()
            }
        if not by:
            return (figure_of(kpi, cells.get((), Cell(None, None, 0))),)
        labels = self.labels(by, list(cells))
        figures = [figure_of(kpi, cell, key, labels[key]) for key, cell in cells.items()]
        values = self.stage_order() if by == ("stage",) else _order_of(by)
        order = {value: place for place, value in enumerate(values)} or None
        return tuple(sorted(figures, key=lambda f: _sort_key(f, by, order)))

    def _cells(self, kpi: Kpi, period: Period, by: tuple[str, ...]) -> dict[tuple[Any, ...], Cell]:
        if kpi.combine is None:
            return self._counted(kpi, period, by)
        parts = {
            role: self._cells(_kpi(part.kpi), over, by)
            for role, part in kpi.parts.items()
            if (over := self._shifted(part.window, period)) is not None
        }
        groups = dict.fromkeys(key for cells in parts.values() for key in cells)
        nothing = Cell(None, None, 0)
        return {
            key: kpi.combine({role: parts.get(role, {}).get(key, nothing) for role in kpi.parts})
            for key in groups
        }

    def quotas_untold(self, name: str, period: Period) -> str:
        """What must be said of quotas of a former day where nothing tells what they were then; empty for other KPIs."""
        if not self.is_past or not any(need.table == "quota" for need in _needs(_kpi(name))):
            return ""
        until = untold_until(self.facts.quotas_seen, self.instant, period)
        if until is None:
            return ""
        day = f"{self._local(until):%-d %B %Y}"
        return f"What these quotas were before {day} is not known; they are read as they were then."

    def _counted(
        self, kpi: Kpi, period: Period, by: tuple[str, ...]
    ) -> dict[tuple[Any, ...], Cell]:
        found = self.engine.answer(self._question(kpi, by), self._reading(period))
        cells = {}
        for record in found.dicts():
            key = tuple(record[f"g{i}"] for i in range(len(by)))
            moments = {m: _exact(record[m]) or Fraction(0) for m in MOMENTS.get(kpi.interval, ())}
            cells[key] = Cell(
                numerator=_exact(record["numerator"]),
                denominator=_exact(record["denominator"]),
                n=int(record["n"] or 0),
                n_excluded=int(record["n_excluded"] or 0),
                n_open=int(record["n_open"] or 0),
                percentiles={
                    percent: _twentieths(record[percentile_column(percent)])
                    for percent in kpi.percentiles
                },
                moments=moments,
            )
        return cells

    def _question(self, kpi: Kpi, by: tuple[str, ...]) -> Question:
        return Question(
            kpi=kpi,
            by=by,
            where=self.criterion,
            scope=self.scope,
            in_the_past=self.is_past,
            converts=self.facts.currencies,
            segments=tuple(self.settings.segments) if SEGMENT in by else (),
            units=self.facts.units,
            lacks=tuple(what for what in kpi.shorter_without if what in self.facts.lacks),
            custom=self._custom_asked(by),
        )

    def _custom_asked(self, by: tuple[str, ...]) -> Custom:
        """What the company added, where a question names any of it; else the text of all companies answers it."""
        segments = self.settings.segments if SEGMENT in by else ()
        said = (*by, self.criterion, *(segment.criterion for segment in segments))
        return self.facts.custom if any("custom_" in text.lower() for text in said) else ()

    def _values(self, period: Period) -> dict[str, Any]:
        return {
            "start": period.start,
            "end": period.end,
            "as_of": bare(self.instant),
            "today": self.today,
        }

    def _reading(self, period: Period) -> dict[str, Any]:
        """The values a question is asked with."""
        whose = {} if self.scope.is_everything else self.scope.values
        return self._values(period) | whose

    def _shifted(self, window: str, period: Period) -> Period | None:
        """The period of a part; None before all time, where there is none."""
        if window == "same":
            return period
        if window == "previous":
            return None if period.label == "all" else self.calendar.previous(period)
        if window == "trailing_year":
            end = min(period.end, self.today + timedelta(days=1))
            start = _year_before(end)
            return Period(start, end, f"{start}..{end - timedelta(days=1)}")
        if window.startswith(SAME_DAY):
            return self._rest_of_earlier(period, int(window.removeprefix(SAME_DAY)))
        raise ValueError(f"There is no window “{window}”.")

    def _rest_of_earlier(self, period: Period, back: int) -> Period:
        """What is left of an earlier period after the day that this reading is in its own."""
        earlier = period
        for _ in range(back):
            earlier = self.calendar.previous(earlier)
        a_day = timedelta(days=1)
        gone = min(self.today + a_day, period.end) - period.start
        start = min(earlier.start + gone, earlier.end - a_day)
        return Period(start, earlier.end, f"{start}..{earlier.end - a_day}")

    def _why_nothing(self, kpi: Kpi, period: Period) -> str:
        facts = self.facts
        if self.criterion and not all(_kpi(k).takes_where for k in _leaves(kpi)):
            return f"{kpi.title} is not made of opportunities alone, so no condition on them narrows it."
        if self.is_past:
            since = facts.history_from
            if since is None:
                return (
                    "The files hold no history, so nothing is known of earlier days. "
                    "An OpportunityHistory file would bring it."
                )
            if self.instant < since:
                first = self._local(since)
                return f"History begins on {first:%-d %B %Y}; nothing is known of days before."
        for need in _needs(kpi):
            if f"{need.table}.{need.column}" not in facts.filled:
                return f"The files hold no {need.what}. A file of {need.file} would bring them."
        if any(_kpi(k).needs_history for k in _leaves(kpi)) and facts.history_from is None:
            return "The files hold no stage history. An OpportunityHistory file would bring it."
        if any(_kpi(k).needs_start for k in _leaves(kpi)):
            return self._why_no_start(kpi, period)
        return ""

    def _why_no_start(self, kpi: Kpi, period: Period) -> str:
        """Why it is not known what was open when a period began."""
        if period.start <= FIRST_DAY or period.end >= LAST_DAY:
            return "This is a number of one period. Choose one, such as 2026Q3."
        if period.start > self.today:
            return "The period has not begun."
        looks_back = any(part.window.startswith(SAME_DAY) for part in kpi.parts.values())
        if looks_back and self.today + timedelta(days=1) >= period.end:
            return "The period is over."
        begins = self._local(self.facts.history_from).date() if self.facts.history_from else None
        eve = min(start for start in self._starts(kpi, period)) - timedelta(days=1)
        if begins is not None and eve < begins:
            return f"History begins on {begins:%-d %B %Y}, and would have to reach back to {eve:%-d %B %Y}."
        return ""

    def _starts(self, kpi: Kpi, period: Period) -> list[date]:
        """The days on whose eve the parts of a KPI read what was open."""
        if kpi.combine is None:
            return [period.start] if kpi.needs_start else []
        shifted = ((_kpi(p.kpi), self._shifted(p.window, period)) for p in kpi.parts.values())
        return [start for part, over in shifted if over for start in self._starts(part, over)]

    def labels(
        self, by: tuple[str, ...], keys: list[tuple[Any, ...]]
    ) -> dict[tuple[Any, ...], tuple[str, ...]]:
        """What people call the groups of a split, by their keys."""
        names: list[dict[str, str]] = []
        known = dimensions_with(self.facts.custom)
        for place, dimension in enumerate(by):
            table = "" if dimension in (*GRAINS, SEGMENT) else known[dimension].label_table
            ids = sorted({k[place] for k in keys if k[place] is not None}) if table else []
            names.append(self._names(table, ids) if ids else {})
        return {
            key: tuple(
                _label(dimension, value, names[place])
                for place, (dimension, value) in enumerate(zip(by, key, strict=True))
            )
            for key in keys
        }

    def names_of(self, by: str, keys: Iterable[str | None]) -> dict[str | None, str]:
        """What people call the groups of one split, by their keys."""
        found = self.labels((by,), [(key,) for key in keys])
        return {key: label for (key,), (label,) in found.items()}

    def _names(self, table: str, ids: list[str]) -> dict[str, str]:
        found = self.engine.run(
            f'SELECT id, name FROM "{table}" WHERE list_contains($ids, id)', {"ids": ids}
        )
        return {row[0]: row[1] for row in found.rows if row[1]}

    def stage_order(self) -> list[str]:
        """The stages in the order in which deals go through them."""
        found = self.engine.run(
            "SELECT stage FROM pipeline_stage GROUP BY stage ORDER BY min(position), stage"
        )
        return [row[0] for row in found.rows]

    def _ibis_table(self, name: str) -> ir.Table:
        from salesops.book.facts import IbisFacts
        from salesops.kpis._definition import Window

        values = self._values(Period.everything())
        facts = IbisFacts(
            self.engine.table,
            Window(**values),
            in_the_past=self.is_past,
            converts=self.facts.currencies,
            scope=self.scope,
            filters={"opportunity": self._parse(self.criterion)} if self.criterion else {},
            tables=tables_with(self.facts.custom),
        )
        return facts.table(name)

    def _parse(self, criterion: str) -> Any:
        tables = tables_with(self.facts.custom)
        return parse(
            criterion,
            tables["opportunity"],
            tables,
            units=self.facts.units,
        )

    def _instant(self, when: str | date | datetime) -> datetime:
        if isinstance(when, str):
            when = _parsed(when)
        if isinstance(when, datetime):
            return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
        if when >= LAST_DAY:
            return self.facts.data_as_of
        following = day_begins(when + timedelta(days=1), self.calendar.time_zone)
        return following - timedelta(microseconds=1)

    def _local(self, instant: datetime) -> datetime:
        return instant.astimezone(ZoneInfo(self.calendar.time_zone))


def _parsed(text: str) -> date | datetime:
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(f"“{text}” is not a day such as 2026-06-30, nor an instant.") from None


def _year_before(end: date) -> date:
    """The day a year before an exclusive end: what ends with 28 February began on 1 March."""
    leap = (end.month, end.day) == (2, 29)
    return date(end.year - 1, 3, 1) if leap else end.replace(year=end.year - 1)


def _kpi(name: str) -> Kpi:
    found = KPIS.get(name)
    if found is None:
        import difflib

        near = difflib.get_close_matches(name, KPIS, 1, 0.5)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise Refusal(f"There is no KPI “{name}”.{hint} `salesops kpis` lists them.")
    return found


def _leaves(kpi: Kpi) -> list[str]:
    if kpi.combine is None:
        return [kpi.name]
    return list(dict.fromkeys(n for p in kpi.parts.values() for n in _leaves(_kpi(p.kpi))))


def _needs(kpi: Kpi) -> list[Any]:
    own = list(kpi.needs)
    return own + [n for part in kpi.parts.values() for n in _needs(_kpi(part.kpi)) if n not in own]


def _is_point(kpi: Kpi) -> bool:
    return kpi.basis == "point" or any(_is_point(_kpi(part.kpi)) for part in kpi.parts.values())


def _exact(number: Any) -> Fraction | None:
    return None if number is None else Fraction(number)


def _twentieths(quantile: Any) -> Fraction | None:
    """A percentile of whole numbers: on a tenth or a quarter, whatever the engine's floats say."""
    return None if quantile is None else Fraction(round(quantile * 20), 20)


def _order_of(by: tuple[str, ...]) -> tuple[str, ...]:
    """The order of a dimension's values, where they have one."""
    return DIMENSIONS[by[0]].values if len(by) == 1 and by[0] in DIMENSIONS else ()


def _label(dimension: str, value: Any, names: dict[str, str]) -> str:
    if value is None:
        return "Not set" if dimension != SEGMENT else "In no segment"
    return names.get(value, str(value))


def _sort_key(figure: Figure, by: tuple[str, ...], order: dict[str, int] | None) -> Any:
    if order is not None:
        return (figure.key[0] is None, order.get(figure.key[0], len(order)), figure.label)
    if by[0] in GRAINS:
        return (False, figure.label)
    size = float(figure.denominator or figure.numerator or 0)
    return (figure.key[0] is None, -size, figure.label)
