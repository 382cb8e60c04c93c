"""What a KPI is: a population of rows, each with a numerator and a denominator, and words for people.

Every KPI is a ratio of sums over rows somebody can look at, or a combination of such. The population is an
Ibis expression with these columns beside those of its table:

- `numerator`, `denominator`: exact numbers (integers or decimals; seconds for durations, minor units for
  money). Null where the row does not take part in the figure (excluded, open); both, where chance is shown
  from sums of their squares.
- `happened_on`: the day that puts the row in a period; absent for a point in time.
- `is_excluded`: the row belongs here but cannot be counted (a missing amount, a close before creation).
- `is_open`: the row's outcome is not known yet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from ibis.expr.types import Table as Table
else:  # listing the definitions must not cost the import of Ibis
    Table = object


class Unit(StrEnum):
    """What the value is counted in."""

    SHARE = "share"  # 0 to 1
    MONEY = "money"  # minor units of the reporting currency
    MONEY_PER_DAY = "money_per_day"
    DAYS = "days"
    HOURS = "hours"
    MONTHS = "months"
    TIMES = "times"
    COUNT = "count"

    @property
    def is_money(self) -> bool:
        """It is counted in minor units of a currency."""
        return self in (Unit.MONEY, Unit.MONEY_PER_DAY)


class Basis(StrEnum):
    """Which day puts a row in a period; part of the number's name."""

    CLOSED = "closed"  # the day the deal closed
    CREATED = "created"  # the day it was created
    DUE = "due"  # what was open when the period began
    ENTERED = "entered"  # the day it entered the stage in question
    POINT = "point"  # the state at one instant
    PERIOD = "period"  # what is dated in the period


class Interval(StrEnum):
    """How chance shows in the value."""

    NONE = "none"  # a count of what is; no chance in it
    SHARE = "share"  # Wilson, numerator and denominator count the same rows
    MEAN = "mean"  # Student, denominator counts rows
    RATIO = "ratio"  # linearised ratio of two sums


class Facts(Protocol):
    """What a population may read: tables with scope, as-of and filters applied."""

    def table(self, name: str, *, scoped: bool = True) -> Table:
        """The Ibis table of that name as the reader may see it at the reading's instant.

        Without scope only for a population that ends in `owned`.
        """

    def whole(self, name: str) -> Table:
        """The same with nobody's filter and scope, for what only lends a rate, a place or a meaning."""

    def sees_all(self, name: str) -> bool:
        """Whether no scope and no filter hides rows of that table."""

    def owned(self, rows: Table, column: str) -> Table:
        """The rows whose person in `column` the reader may see."""

    def on_day(self, rows: Table, instant: str, name: str) -> Table:
        """Rows with the day of an instant in the organisation's zone added as `name`."""

    @property
    def is_of_now(self) -> bool:
        """Whether the reading is of the book's newest instant: of it alone there are passages of deals through stages."""

    def asks_only(self, *columns: str) -> bool:
        """Whether the reading looks at no other columns of the population beside its numbers."""

    def asks(self, *columns: str) -> bool:
        """Whether the reading looks at any of these columns of the population.

        What nobody looks at need not be joined: planning such joins costs more than most answers.
        """

    def lacks(self, what: str) -> bool:
        """Whether the book is known to hold nothing of `what`, one of those the KPI is shorter without."""


@dataclass(frozen=True)
class Window:
    """The period and the instant of the reading, as Ibis scalars.

    `start` and `end` are days, half-open; `as_of` is an instant and `today` its day in the
    organisation's zone.
    """

    start: Any
    end: Any
    as_of: Any
    today: Any


@dataclass(frozen=True)
class Need:
    """What must be in the book for the number to be more than nothing.

    `column` must hold at least one value in `table`; `what` names it to a person and `file` says which
    file of an export would bring it.
    """

    table: str
    column: str
    what: str
    file: str


@dataclass(frozen=True)
class Cell:
    """One KPI over one group of rows: exact sums, and what is needed for an interval."""

    numerator: Fraction | None
    denominator: Fraction | None
    n: int
    n_excluded: int = 0
    n_open: int = 0
    percentiles: Mapping[int, Fraction | None] = field(default_factory=dict)  # by per cent
    moments: Mapping[str, Fraction] = field(default_factory=dict)  # sums of squares and products
    why: str = ""  # where there is no value, the reason
    note: str = ""  # what must be said beside the value, such as a cap that was reached

    @property
    def median(self) -> Fraction | None:
        """The 50th percentile of the rows' numerators, where one is asked for."""
        return self.percentiles.get(50)

    @property
    def ratio(self) -> Fraction | None:
        """Numerator over denominator; None for nothing or for a denominator of 0."""
        if self.numerator is None or not self.denominator:
            return None
        return self.numerator / self.denominator


Combine = Callable[[Mapping[str, Cell]], Cell]


@dataclass(frozen=True)
class Part:
    """One KPI a combination is made of.

    `window` says over what it is measured: `same` as the whole, the `trailing_year` that ends where the
    period ends (or at the reading's day), the `previous` period, or `same_day_2`: of the second period before, what
    is left of it after the day that the reading is in its own.
    """

    kpi: str
    window: str = "same"


# What an opportunity's own columns, and those of its account, can split a number by.
OPPORTUNITY_SPLITS = (
    "team",
    "person",
    "stage",
    "source",
    "product",
    "type",
    "pipeline",
    "forecast_category",
    "industry",
    "country",
    "region",
    "account",
    "campaign",
    "loss_reason",
    "outcome",
    "currency",
    "segment",
)
# Of deals as they were when a period began: why and how they ended was not known, and is not kept as of then.
SPLITS_AT_START = tuple(s for s in OPPORTUNITY_SPLITS if s not in ("loss_reason", "outcome"))


@dataclass(frozen=True)
class Kpi:
    """One number: its definition for the program and for people.

    Either `rows` (a population) or `parts` and `combine` (an exact combination of other KPIs).
    `is_sum` numbers are the numerator alone; all others numerator over denominator. Any change to what a
    KPI counts raises `version`.
    """

    name: str
    number: str  # row of the metric definitions
    title: str
    group: str  # conversion, pipeline, size, cycle, quota, economics, people, data, forecast
    question: str  # what a person would ask to want it
    meaning: str  # the definition in words
    formula: str
    numerator_words: str
    denominator_words: str
    unit: Unit
    basis: Basis
    better: str  # "up", "down" or "" where neither is better
    source: str
    pitfalls: str = ""
    version: int = 1
    rows_of: str = "opportunity"
    row_key: str = "id"
    rows: Callable[[Facts, Window], Table] | None = None
    parts: Mapping[str, Part] = field(default_factory=dict)
    combine: Combine | None = None
    is_sum: bool = False
    percentiles: tuple[int, ...] = ()  # of the rows' numerators, shown beside the value
    interval: Interval = Interval.NONE
    needs: tuple[Need, ...] = ()
    needs_history: bool = False
    needs_start: bool = False  # reads the state when the period began, which history must reach
    default_by: str = ""
    splits: tuple[str, ...] = OPPORTUNITY_SPLITS  # the dimensions its rows carry; held by a test
    takes_where: bool = (
        True  # a condition on opportunities narrows its rows; without, there is no value
    )
    where_excluded: str = (
        "none has what is counted, such as an amount"  # what is said where all rows are
    )
    spans_days: bool = False  # its rows last longer than a day, so no one day puts them in a period
    shorter_without: tuple[str, ...] = ()  # what a book may lack that spares its rows a join
    scale: int = 1  # numerator units in one unit of the value, such as 86,400 seconds in a day
    sums: tuple[Unit, Unit] | None = (
        None  # what the two sums count, where the value's unit does not tell
    )

    @property
    def numerator_unit(self) -> Unit:
        """What the numerator counts; DAYS and HOURS are held in seconds."""
        if self.sums is not None:
            return self.sums[0]
        of_value = {u: u for u in (Unit.MONEY, Unit.DAYS, Unit.HOURS)}
        of_value |= {Unit.MONEY_PER_DAY: Unit.MONEY}
        return of_value.get(self.unit, Unit.COUNT)

    @property
    def denominator_unit(self) -> Unit:
        """What the denominator counts; DAYS and HOURS are held in seconds."""
        return Unit.COUNT if self.sums is None else self.sums[1]

    @property
    def is_whole(self) -> bool:
        """The value is a whole number: minor units, or a count that is no mean."""
        return self.unit is Unit.MONEY or (self.unit is Unit.COUNT and self.is_sum)

    @property
    def is_dated(self) -> bool:
        """Every row has a day, so that it can be split by week, month, quarter and year."""
        return self.rows is not None and self.basis is not Basis.POINT and not self.spans_days

    def __post_init__(self) -> None:
        if (self.rows is None) == (self.combine is None):
            raise ValueError(f"{self.name}: a KPI has either rows, or parts and combine.")


SECONDS_A_DAY = 86_400
SECONDS_AN_HOUR = 3_600


def ones(condition: Any) -> Any:
    """1 where the condition holds, 0 where it does not or is unknown."""
    import ibis

    return ibis.ifelse(condition.fill_null(False), 1, 0).cast("int64")
