"""An explanation is what a number says about itself, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from salesops.foundations.period import Period


@dataclass(frozen=True)
class Explanation:
    """Everything needed to read a number: how it was made, from how many rows, and as of when."""

    formula: str
    numerator_words: str
    denominator_words: str
    numerator: Decimal | None
    denominator: Decimal | None
    n: int
    n_excluded: int
    as_of: datetime
    period: Period
    filters: tuple[str, ...]
    definition_version: int

    def sentences(self, period: str = "") -> list[str]:
        """What a reader should know, one thing a sentence. `period` is how to call the period, where not by its label."""
        told = [f"{self.formula}.", f"Worked out from {_rows(self.n)}."]
        if self.n_excluded:
            were = "was" if self.n_excluded == 1 else "were"
            told.append(
                f"{_rows(self.n_excluded).capitalize()} could not be counted and {were} left out."
            )
        if self.period.label != "all":
            told.append(f"For {period or self.period.label}.")
        told += [f"Only where {f}." for f in self.filters]
        told.append(f"As of {self.as_of:%-d %B %Y}. Definition version {self.definition_version}.")
        return told


def _rows(count: int) -> str:
    return "one row" if count == 1 else f"{count:,} rows"
