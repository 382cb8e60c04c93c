"""What a pipeline was on several days: figures that can be added up over groups, and never over days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Literal

from salesops.foundations.problem import Refusal

Organisation = Literal["then", "now"]
OVER_DATES = ("last", "first", "mean", "min", "max")
_ASK_FOR = f"Ask for {', '.join(OVER_DATES[:-1])} or {OVER_DATES[-1]}."
_NO_SUM = (
    "Pipelines of several days are mostly the same deals, so they cannot be added up. " + _ASK_FOR
)


@dataclass(frozen=True)
class Standing:
    """The pipeline at one instant, in minor units; those `without_amount` are among the `deals`.

    Groups of the same instant can be added up. Those of two instants cannot.
    """

    at: datetime
    minor: int = 0
    deals: int = 0
    without_amount: int = 0

    def __add__(self, other: object) -> Standing:
        if not isinstance(other, Standing):
            return NotImplemented
        if other.at != self.at:
            raise Refusal(_NO_SUM)
        return Standing(
            self.at,
            self.minor + other.minor,
            self.deals + other.deals,
            self.without_amount + other.without_amount,
        )

    def __radd__(self, other: object) -> Standing:
        """The built-in `sum` begins with 0."""
        return self if other == 0 else NotImplemented


@dataclass(frozen=True)
class Line:
    """One group over the days: `key` in the order of the splits, `label` the same for people."""

    key: tuple[Any, ...]
    label: tuple[str, ...]
    standings: tuple[Standing, ...]

    def over_dates(self, how: str, what: Literal["minor", "deals"] = "minor") -> Fraction:
        """One figure for all days: the last, first, mean, min or max; a mean is exact. Raises Refusal for a sum."""
        if how not in OVER_DATES:
            raise Refusal(_NO_SUM if how == "sum" else f"There is no “{how}” over days. {_ASK_FOR}")
        values = [getattr(standing, what) for standing in self.standings]
        if how == "mean":
            return Fraction(sum(values), len(values))
        if how in ("first", "last"):
            return Fraction(values[0 if how == "first" else -1])
        return Fraction(min(values) if how == "min" else max(values))


@dataclass(frozen=True)
class Snapshots:
    """The open pipeline as of each of the `days`, the whole and its groups; `at` are the instants, in UTC."""

    days: tuple[date, ...]
    at: tuple[datetime, ...]
    by: tuple[str, ...]
    organisation: Organisation
    currency: str
    filters: tuple[str, ...]
    whole: Line
    groups: tuple[Line, ...]

    def records(self) -> list[dict[str, Any]]:
        """One dict a day and group that held a deal, for tables, CSV and notebooks. Money is in minor units."""
        return [
            {
                "day": day,
                **dict(zip(self.by, line.label, strict=True)),
                "minor": standing.minor,
                "deals": standing.deals,
                "without_amount": standing.without_amount,
            }
            for line in (self.groups if self.by else (self.whole,))
            for day, standing in zip(self.days, line.standings, strict=True)
            if standing.deals or not self.by
        ]
