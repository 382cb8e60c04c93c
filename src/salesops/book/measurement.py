"""A measurement is a KPI's answer: exact values with intervals, counts, and what they speak of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from salesops.foundations.explanation import Explanation
from salesops.foundations.period import Period
from salesops.foundations.statistics import mean_interval, ratio_interval, wilson
from salesops.kpis._definition import Cell, Interval, Kpi

IMMATURE = Decimal("0.10")  # open share above which a created or entered cohort is marked
EMPTY = "Nothing to count here."
_PLACES = 9


@dataclass(frozen=True)
class Figure:
    """One value: minor units (int) for money, an exact Decimal rounded to nine places for the rest.

    `key` holds the group's values in the order of `Measurement.by`, `label` the same for people.
    `value` is None for nothing; then `why` says why.
    """

    key: tuple[Any, ...]
    label: tuple[str, ...]
    value: int | Decimal | None
    low: float | None
    high: float | None
    numerator: Decimal | None
    denominator: Decimal | None
    n: int
    n_excluded: int
    n_open: int
    percentiles: Mapping[int, float | None] = field(default_factory=dict)  # by per cent
    why: str = ""
    note: str = ""  # what must be said beside the value

    @property
    def median(self) -> float | None:
        """The 50th percentile, where the number shows one."""
        return self.percentiles.get(50)

    @property
    def p90(self) -> float | None:
        """The 90th percentile, where the number shows one."""
        return self.percentiles.get(90)

    @property
    def open_share(self) -> Decimal | None:
        """The share of the rows whose outcome is not known yet."""
        every = self.n + self.n_excluded
        return _decimal(Fraction(self.n_open, every)) if every else None

    @property
    def is_immature(self) -> bool:
        """More than a tenth is still open: the value will move."""
        share = self.open_share
        return share is not None and share > IMMATURE


@dataclass(frozen=True)
class Measurement:
    """A KPI over a period, one `Figure` a group; without groups exactly one."""

    kpi: Kpi
    period: Period
    by: tuple[str, ...]
    as_of: datetime
    filters: tuple[str, ...]
    currency: str
    figures: tuple[Figure, ...]

    def __iter__(self) -> Iterator[Figure]:
        return iter(self.figures)

    def __len__(self) -> int:
        return len(self.figures)

    @property
    def figure(self) -> Figure:
        """The one figure of a measurement without groups."""
        if self.by:
            raise ValueError("This measurement has groups; take one of its figures.")
        return self.figures[0]

    @property
    def value(self) -> int | Decimal | None:
        """The value of a measurement without groups."""
        return self.figure.value

    def explanation(self, figure: Figure | None = None) -> Explanation:
        """What the number says about itself."""
        told = figure or self.figure
        return Explanation(
            formula=self.kpi.formula,
            numerator_words=self.kpi.numerator_words,
            denominator_words=self.kpi.denominator_words,
            numerator=told.numerator,
            denominator=told.denominator,
            n=told.n,
            n_excluded=told.n_excluded,
            as_of=self.as_of,
            period=self.period,
            filters=self.filters,
            definition_version=self.kpi.version,
        )

    def records(self) -> list[dict[str, Any]]:
        """One dict a figure, for tables, CSV and JSON. Money is in minor units."""
        more = [p for p in self.kpi.percentiles if p not in (50, 90)]
        return [
            {
                **dict(zip(self.by, figure.label, strict=True)),
                "value": figure.value,
                "low": figure.low,
                "high": figure.high,
                "numerator": figure.numerator,
                "denominator": figure.denominator,
                "n": figure.n,
                "n_excluded": figure.n_excluded,
                "n_open": figure.n_open,
                "open_share": figure.open_share,
                "median": figure.median,
                "p90": figure.p90,
                **{f"p{p}": figure.percentiles.get(p) for p in more},
                "unit": self.kpi.unit.value,
                "currency": self.currency if self.is_money else None,
                "period": self.period.label,
                "as_of": self.as_of.isoformat(),
                "filters": " and ".join(self.filters) or None,
                "definition_version": self.kpi.version,
                "why": figure.why or None,
                "note": figure.note or None,
            }
            for figure in self.figures
        ]

    @property
    def is_money(self) -> bool:
        """The value is in minor units of the currency."""
        return self.kpi.unit.is_money

    def __repr__(self) -> str:
        from salesops.book.picture import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from salesops.book.picture import as_html

        return as_html(self)


def figure_of(
    kpi: Kpi, cell: Cell, key: tuple[Any, ...] = (), label: tuple[str, ...] = (), why: str = ""
) -> Figure:
    """Round once, at the end: from exact sums to the value that is shown."""
    exact = cell.numerator if kpi.is_sum else cell.ratio
    why = why or cell.why
    if why or (kpi.is_sum and kpi.basis != "point" and cell.n == 0 and not cell.numerator):
        exact = None
    low, high = _interval(kpi, cell) if exact is not None else (None, None)
    return Figure(
        key=key,
        label=label,
        value=_value(kpi, exact),
        low=low,
        high=high,
        numerator=_decimal(cell.numerator),
        denominator=_decimal(cell.denominator),
        n=cell.n,
        n_excluded=cell.n_excluded,
        n_open=cell.n_open,
        percentiles={p: _scaled(kpi, number) for p, number in cell.percentiles.items()},
        why=why or ("" if exact is not None else _nothing(kpi, cell)),
        note=cell.note if exact is not None else "",
    )


def _nothing(kpi: Kpi, cell: Cell) -> str:
    if cell.n == 0 and cell.n_excluded:
        rows = "One row belongs" if cell.n_excluded == 1 else f"{cell.n_excluded:,} rows belong"
        return f"{rows} here, but {kpi.where_excluded}."
    return EMPTY


def _value(kpi: Kpi, exact: Fraction | None) -> int | Decimal | None:
    if exact is None:
        return None
    if kpi.is_whole:
        return round(exact)  # of a Fraction: exact, half to even
    return _decimal(exact / kpi.scale)


def _decimal(exact: Fraction | None) -> Decimal | None:
    if exact is None:
        return None
    if exact.denominator == 1:
        return Decimal(exact.numerator)
    places = round(exact * 10**_PLACES)
    whole, rest = divmod(places, 10**_PLACES)
    if rest == 0:
        return Decimal(whole)
    text = f"{abs(places):0{_PLACES + 1}}"
    sign = "-" if places < 0 else ""
    return Decimal(f"{sign}{text[:-_PLACES]}.{text[-_PLACES:].rstrip('0')}")


def _scaled(kpi: Kpi, number: Fraction | None) -> float | None:
    return None if number is None else float(number / kpi.scale)


def _interval(kpi: Kpi, cell: Cell) -> tuple[float | None, float | None]:
    found: tuple[float, float] | None = None
    if kpi.interval is Interval.SHARE and cell.denominator:
        found = wilson(int(cell.numerator or 0), int(cell.denominator))
    elif kpi.interval is Interval.MEAN and cell.moments:
        found = mean_interval(cell.n, float(cell.numerator or 0), float(cell.moments["xx"]))
    elif kpi.interval is Interval.RATIO and cell.moments:
        sums = (float(s or 0) for s in (cell.numerator, cell.denominator))
        products = (float(cell.moments[m]) for m in ("xx", "yy", "xy"))
        found = ratio_interval(cell.n, *sums, *products)
    if found is None:
        return None, None
    low, high = found
    return low / kpi.scale, high / kpi.scale
