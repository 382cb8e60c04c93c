"""How a value is asked for: over how many years, at which discount, with which margin, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from salesops.customers.fitting import Array
from salesops.foundations.problem import Refusal
from salesops.foundations.statistics import CONFIDENCE

MOST_YEARS = 50
DRAWS, LEAST_DRAWS = 200, 40  # of customers drawn anew, for an interval


@dataclass(frozen=True)
class Terms:
    """Years ahead, the discount of a year, and the share of revenue that is left; None for what the book says.

    For the intervals customers are drawn anew so many times, with that seed.
    """

    years: int = 5
    discount: float = 0.1
    margin: float | None = None
    seed: int = 1
    draws: int = DRAWS

    def __post_init__(self) -> None:
        if not 1 <= self.years <= MOST_YEARS:
            raise Refusal(f"Ask for 1 to {MOST_YEARS} years.")
        if not 0 <= self.discount < 1:
            raise Refusal("The discount of a year is a share, such as 0.1 for 10 %.")
        if self.margin is not None and not 0 < self.margin <= 1:
            raise Refusal("The margin is the share of revenue that is left, such as 0.7 for 70 %.")


@dataclass(frozen=True)
class Value:
    """A number with its interval; the bounds are None where too few draws could be counted."""

    value: float
    low: float | None
    high: float | None


def drawn_anew(n: int, terms: Terms) -> Iterator[Array]:
    """For each draw, how often each of `n` customers is in it."""
    chance = np.random.default_rng(terms.seed)
    for _ in range(terms.draws):
        yield np.bincount(chance.integers(n, size=n), minlength=n).astype(np.float64)


def with_interval(value: float, drawn: Sequence[float], terms: Terms) -> Value:
    """The middle 95 % of what the draws gave; half of them at least must have given something."""
    held = sorted(drawn)
    if len(held) < max(LEAST_DRAWS, terms.draws / 2):
        return Value(value, None, None)
    tail = (1 - CONFIDENCE) / 2
    first, last = int(tail * len(held)), int((1 - tail) * len(held))
    return Value(value, held[first], held[min(last, len(held) - 1)])
