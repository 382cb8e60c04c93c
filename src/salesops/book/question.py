"""A question is a KPI over a grain: what is compiled once and asked with any period and instant."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesops.book.custom import Custom, tables_with
from salesops.book.dimension import GRAINS, SEGMENT, Dimension, dimensions_with, splits_by
from salesops.book.facts import EVERYTHING, IbisFacts, Lookup, Scope, scalars, unbound
from salesops.book.settings import Segment
from salesops.foundations.criterion import Criterion, parse
from salesops.foundations.money import HUNDREDTHS, MinorUnits
from salesops.foundations.problem import Refusal
from salesops.foundations.table import Table
from salesops.kpis._definition import Interval, Kpi

if TYPE_CHECKING:
    import ibis.expr.types as ir

CELL_COLUMNS = ("numerator", "denominator", "n", "n_excluded", "n_open")
MOMENTS = {Interval.MEAN: ("xx",), Interval.RATIO: ("xx", "yy", "xy")}


@dataclass(frozen=True)
class Question:
    """One KPI with the shape of its answer. Two equal questions have the same text in SQL.

    `answer` is `cells` (one row a group) or `rows` (the population itself). `where` tells which opportunities
    take part, each with its whole past. `at` fixes groups to the values `$g0`, `$g1`, …. `lacks` names what
    the book holds nothing of, so that a shorter text answers the same.
    """

    kpi: Kpi
    by: tuple[str, ...] = ()
    answer: str = "cells"
    where: str = ""
    scope: Scope = EVERYTHING
    in_the_past: bool = False
    converts: bool = False
    segments: tuple[Segment, ...] = ()
    units: MinorUnits = HUNDREDTHS
    lacks: tuple[str, ...] = ()
    custom: Custom = ()  # what the company added to the tables, where the question asks for any of it
    at: tuple[bool, ...] = field(default=())  # for rows: whether each group is a value or null

    @cached_property
    def fingerprint(self) -> str:
        """The same for questions that mean the same, across processes with the same `definitions`."""
        segments = [s.model_dump() for s in self.segments] if SEGMENT in self.by else []
        parts = (
            self.kpi.name,
            self.kpi.version,
            self.by,
            self.answer,
            self.where,
            self.scope.is_everything,
            self.in_the_past,
            self.converts and self.in_the_past,  # what is past is converted while asking
            segments,
            self.units if self.where or segments else None,  # only criteria name money
            self.at,
            self.lacks,
            *((c.table, c.name, c.kind) for c in self.custom),
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]

    @property
    def tables(self) -> Mapping[str, Table]:
        """The tables it is asked of."""
        return tables_with(self.custom)

    @property
    def dimensions(self) -> Mapping[str, Dimension]:
        """The ways it may be split."""
        return dimensions_with(self.custom)


@lru_cache(maxsize=1)
def definitions() -> str:
    """Changes with every word of what questions are made of, so that no text compiled before is asked."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for folder in ("book", "foundations", "kpis", "tables"):
        for file in sorted((root / folder).glob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def expression(question: Question) -> tuple[ir.Table, dict[str, Any]]:
    """The Ibis expression that answers, and its parameters by name."""
    window, parameters = scalars()
    lookup: Lookup = partial(unbound, tables=question.tables)
    facts = IbisFacts(
        lookup,
        window,
        in_the_past=question.in_the_past,
        converts=question.converts,
        scope=question.scope,
        filters=_filters(question),
        asked=_asked(question),
        lacks=question.lacks,
        tables=question.tables,
    )
    if question.kpi.rows is None:
        raise ValueError(f"{question.kpi.name} combines others and has no rows of its own.")
    population = question.kpi.rows(facts, window)
    population, keys = _grouped(question, population, facts, lookup)
    if question.answer == "rows":
        return _rows(question, population, keys, parameters), parameters
    return _cells(question, population, keys), parameters


def _asked(question: Question) -> frozenset[str] | None:
    """The columns of the population that groups are made of; None where the rows themselves are asked for."""
    if question.answer == "rows":
        return None
    known = question.dimensions
    paths = [known[name].column for name in question.by if name in known]
    if SEGMENT in question.by:
        paths += [path for _, criterion in _segments(question) for path in criterion.columns]
    return frozenset(f"{p.split('.')[0]}_id" if "." in p else p for p in paths)


def _segments(question: Question) -> list[tuple[str, Criterion]]:
    """The segments' names with their criteria."""
    return [
        (
            segment.name,
            parse(
                segment.criterion,
                question.tables["opportunity"],
                question.tables,
                units=question.units,
            ),
        )
        for segment in question.segments
    ]


def _filters(question: Question) -> dict[str, Criterion]:
    if not question.where:
        return {}
    criterion = parse(
        question.where,
        question.tables["opportunity"],
        question.tables,
        units=question.units,
    )
    return {"opportunity": criterion}


def _grouped(
    question: Question, population: ir.Table, facts: IbisFacts, lookup: Lookup
) -> tuple[ir.Table, list[str]]:
    keys = []
    for place, name in enumerate(question.by):
        key = f"g{place}"
        if name in GRAINS:
            population = _with_grain(question.kpi, population, lookup, name, key)
        elif name == SEGMENT:
            population = _with_segment(question, population, facts, key)
        else:
            population = _with_dimension(question, population, facts, name, key)
        keys.append(key)
    return population, keys


def _with_grain(kpi: Kpi, population: ir.Table, lookup: Lookup, grain: str, key: str) -> ir.Table:
    if "happened_on" not in population.columns:
        raise Refusal(
            f"{kpi.title} cannot be split by {grain}: its rows are not of one day each, and would be "
            "counted twice. Ask for one period or one day after the other."
        )
    days = lookup("calendar")
    days = days.select(calendar_day=days.day, **{key: days[grain]})
    return population.left_join(days, population.happened_on == days.calendar_day).drop(
        "calendar_day"
    )


def _with_dimension(
    question: Question, population: ir.Table, facts: IbisFacts, name: str, key: str
) -> ir.Table:
    kpi, dimension = question.kpi, question.dimensions.get(name)
    if dimension is None or not splits_by(kpi, dimension):
        known = ", ".join(kpi.splits)
        raise Refusal(f"{kpi.title} cannot be split by “{name}”. It can be split by {known}.")
    if "." not in dimension.column:
        return population.mutate(**{key: population[dimension.column]})
    wide = facts.with_columns(population, [dimension.column])
    return wide.mutate(**{key: wide[dimension.column.replace(".", "__")]})


def _with_segment(question: Question, population: ir.Table, facts: IbisFacts, key: str) -> ir.Table:
    import ibis

    if not question.segments:
        raise Refusal("This book has no segments yet. Name some under Settings.")
    named: list[tuple[Any, str]] = []
    for name, criterion in _segments(question):
        missing = [c for c in criterion.columns if "." not in c and c not in population.columns]
        if missing:
            raise Refusal(
                f"{question.kpi.title} cannot be split by segment: its rows are not deals."
            )
        population = facts.with_columns(
            population,
            [c for c in criterion.columns if c.replace(".", "__") not in population.columns],
        )
        named.append((criterion, name))
    branches = [(c.predicate(population), ibis.literal(n)) for c, n in named]
    return population.mutate(**{key: ibis.cases(*branches, else_=ibis.null("string"))})


def _cells(question: Question, population: ir.Table, keys: list[str]) -> ir.Table:
    columns = population.columns
    counted = population.denominator.notnull() & population.numerator.notnull()
    measures: dict[str, Any] = {
        "numerator": population.numerator.sum(),
        "denominator": population.denominator.sum(),
        "n": counted.cast("int64").sum(),
        "n_excluded": _flags(population, "is_excluded", columns),
        "n_open": _flags(population, "is_open", columns),
    }
    for percent in question.kpi.percentiles:
        measures[percentile_column(percent)] = population.numerator.quantile(percent / 100)
    x, y = (population[c].cast("float64") for c in ("numerator", "denominator"))
    products = {"xx": x * x, "yy": y * y, "xy": x * y}
    for moment in MOMENTS.get(question.kpi.interval, ()):
        measures[moment] = products[moment].sum()
    if not keys:
        return population.aggregate(**measures)
    return population.group_by(keys).aggregate(**measures)


def percentile_column(percent: int) -> str:
    """What a percentile is called in answers and records."""
    return "median" if percent == 50 else f"p{percent}"


def _flags(population: ir.Table, name: str, columns: Any) -> Any:
    if name not in columns:
        return population.count() * 0
    return population[name].fill_null(False).cast("int64").sum()


def _rows(
    question: Question, population: ir.Table, keys: list[str], parameters: dict[str, Any]
) -> ir.Table:
    import ibis

    for key, has_value in zip(keys, question.at, strict=True):
        if has_value:
            parameters[key] = ibis.param("string")
            population = population.filter(population[key] == parameters[key])
        else:
            population = population.filter(population[key].isnull())
    kept = [question.kpi.row_key, "numerator", "denominator"]
    flags = [c for c in ("is_excluded", "is_open", "happened_on") if c in population.columns]
    own = [c for c in question.tables[question.kpi.rows_of].column if c in population.columns]
    return population.select(*dict.fromkeys([*kept, *flags, *own]))
