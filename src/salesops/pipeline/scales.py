"""How shares, logarithms and counts over time are compared: what chance does to them, and what is left of a difference.

Each scale takes a `Look`, somebody's mean beside what is expected of it, and says how likely chance is to make the
difference, how much of it to believe, what that comes to at everybody's mix, and between which limits chance moves a dot.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, expm1, sqrt
from statistics import NormalDist
from typing import Protocol

from salesops.foundations.statistics import student_quantile
from salesops.foundations.tails import (
    beta_quantile,
    bisected,
    count_tails,
    gamma_quantile,
    share_tails,
    student_tail,
)

NORMAL = NormalDist()
LOW, HIGH = 0.025, 0.975
# A range that holds the truth with 95 %: what is left of a difference, between two values.
Pulled = tuple[float, float, float]


@dataclass(frozen=True)
class Look:
    """Somebody's mean over `n` deals or months, what is expected of it, and the variance of the difference by chance."""

    n: float
    mean: float
    expected: float
    variance: float


class Scale(Protocol):
    """What is asked of a scale; `usual` is the mean of all, and `pull` the variance between people beyond chance."""

    def tails(self, look: Look) -> tuple[float, float]:
        """The chances of so little and of so much, where only chance is at work."""

    def pulled(self, look: Look, pull: float) -> Pulled:
        """What is left of a mean as far as there is little to go by, and the range it lies in."""

    def at_usual(self, value: float, look: Look, usual: float) -> float:
        """What a value would be, were the mix everybody's."""

    def said(self, value: float) -> float:
        """A value of the scale as people know it."""

    def worth(self, look: Look, usual: float) -> float:
        """How much there is to go by: as many deals of the usual kind, each for itself."""

    def limit(self, usual: float, worth: float, tail: float) -> float:
        """Beyond which value, as people know it, chance brings a dot with so little to go by in a share `tail` of cases.

        A tail above one half asks for the limit below.
        """


@dataclass(frozen=True)
class Shares:
    """Shares of deals, exactly (binomial, beta); what is less sure than single deals would be counts as fewer."""

    def tails(self, look: Look) -> tuple[float, float]:
        """By the binomial distribution."""
        n = self._deals(look)
        return share_tails(min(n, look.mean * n), n, look.expected)

    def pulled(self, look: Look, pull: float) -> Pulled:
        """A beta distribution about what is expected takes the deals in."""
        spread = look.expected * (1 - look.expected)
        if pull >= spread:
            return look.mean, look.mean, look.mean
        strength, n = spread / pull - 1, self._deals(look)
        a = strength * look.expected + look.mean * n
        b = strength * (1 - look.expected) + (1 - look.mean) * n
        return a / (a + b), beta_quantile(LOW, a, b), beta_quantile(HIGH, a, b)

    def at_usual(self, value: float, look: Look, usual: float) -> float:
        """As many times the usual as it is of what is expected."""
        return min(1.0, value * usual / look.expected)

    def said(self, value: float) -> float:
        """A share as it is."""
        return value

    def worth(self, look: Look, usual: float) -> float:
        """As many deals at the usual share."""
        return (1 - usual) / usual * look.expected**2 / look.variance

    def limit(self, usual: float, worth: float, tail: float) -> float:
        """The exact limit; 0 or 1 where chance may bring all there is."""
        if tail > 0.5:
            below: Callable[[float], float] = lambda r: share_tails(r * worth, worth, usual)[0]  # noqa: E731
            return 0.0 if below(0.0) > 1 - tail else bisected(below, 1 - tail, 0.0, usual)
        above: Callable[[float], float] = lambda r: -share_tails(r * worth, worth, usual)[1]  # noqa: E731
        return 1.0 if -above(1.0) > tail else bisected(above, -tail, usual, 1.0)

    def _deals(self, look: Look) -> float:
        return look.expected * (1 - look.expected) / look.variance


@dataclass(frozen=True)
class Logarithms:
    """Means of logarithms, which neither one huge deal nor a skewed distribution moves much.

    `spread` is the variance of one deal, known from `degrees` heaps of deals beyond one a person; `plus` what was added
    before the logarithm was taken.
    """

    spread: float
    degrees: int
    plus: int = 0

    def tails(self, look: Look) -> tuple[float, float]:
        """By Student's distribution, as the variance is known from so many heaps only."""
        t = (look.mean - look.expected) / sqrt(look.variance)
        return student_tail(-t, self.degrees), student_tail(t, self.degrees)

    def pulled(self, look: Look, pull: float) -> Pulled:
        """A normal distribution about what is expected takes the mean in."""
        kept = pull / (pull + look.variance)
        value = look.expected + kept * (look.mean - look.expected)
        half = NORMAL.inv_cdf(HIGH) * sqrt(kept * look.variance)
        return value, value - half, value + half

    def at_usual(self, value: float, look: Look, usual: float) -> float:
        """As far from the usual as from what is expected."""
        return usual + value - look.expected

    def said(self, value: float) -> float:
        """The geometric mean."""
        return max(0.0, expm1(value)) if self.plus else exp(value)

    def worth(self, look: Look, usual: float) -> float:  # noqa: ARG002
        """As many deals that spread as all do."""
        return self.spread / look.variance

    def limit(self, usual: float, worth: float, tail: float) -> float:
        """As far out as a mean of so many comes."""
        out = student_quantile(1 - tail, self.degrees)
        return self.said(usual + out * sqrt(self.spread / worth))


@dataclass(frozen=True)
class Rates:
    """Counts over a time, exactly (Poisson, gamma); what comes in heaps counts as fewer."""

    def tails(self, look: Look) -> tuple[float, float]:
        """By the Poisson distribution."""
        counted = look.expected**2 / look.variance
        return count_tails(look.mean / look.expected * counted, counted)

    def pulled(self, look: Look, pull: float) -> Pulled:
        """A gamma distribution about what is expected takes the count in."""
        strength, counted = look.expected**2 / pull, look.expected**2 / look.variance
        a, b = strength + look.mean / look.expected * counted, strength + counted
        low, high = (gamma_quantile(q, a) for q in (LOW, HIGH))
        return tuple(look.expected * value / b for value in (a, low, high))  # type: ignore[return-value]

    def at_usual(self, value: float, look: Look, usual: float) -> float:
        """As many times the usual as it is of what is expected."""
        return value * usual / look.expected

    def said(self, value: float) -> float:
        """A rate as it is."""
        return value

    def worth(self, look: Look, usual: float) -> float:  # noqa: ARG002
        """As many as are expected, each for itself."""
        return look.expected**2 / look.variance

    def limit(self, usual: float, worth: float, tail: float) -> float:
        """The exact limit; 0 where chance may bring nothing at all."""
        if tail > 0.5:
            below: Callable[[float], float] = lambda r: count_tails(r * worth, worth)[0]  # noqa: E731
            return 0.0 if below(0.0) > 1 - tail else usual * bisected(below, 1 - tail, 0.0, 1.0)
        above: Callable[[float], float] = lambda r: -count_tails(r * worth, worth)[1]  # noqa: E731
        high = 2.0
        while -above(high) > tail:
            high *= 2
        return usual * bisected(above, -tail, 1.0, high)
