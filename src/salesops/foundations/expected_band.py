"""What a series of months leads one to expect of the next: level, trend, season and its own noise, all from its past alone.

A straight line with the place in the quarter (least squares); what months of the year add to it, pulled to nothing as far
as noise explains it (James and Stein 1961); and what is left of the last surprise, as far as surprises follow each other.
The band is Student's, and about as wide as past surprises of one step were.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from salesops.foundations.statistics import CONFIDENCE, student_quantile
from salesops.foundations.tails import student_tail

LEAST_PAST = 24  # months: each of the year twice, or no season is told from chance
MONTHS = 12
A_QUARTER = 3
MOST_FOLLOWING = 0.95
NO_NOISE = 1e-9  # of the values: what is left of a series that never varied
MOST_WIDER = 9.0  # where a month has far fewer rows than others
FURTHER = 1.5  # times the largest former surprise, which noise with long tails seldom is


@dataclass(frozen=True)
class Point:
    """A month: its number in the year from 0, its value, and on how many rows it rests (0 where that is no measure)."""

    month: int
    value: float
    rows: int = 0


@dataclass(frozen=True)
class Band:
    """What was expected, with the two-sided chance of a value as far away.

    `is_far` says that it lies well beyond every former surprise.
    """

    low: float
    expected: float
    high: float
    chance: float
    is_far: bool


def expected_band(past: Sequence[Point], now: Point) -> Band | None:
    """The band for `now` from the months before it, the oldest first; None with fewer than two years of them."""
    count = len(past)
    if count < LEAST_PAST:
        return None
    rows = [_row(place, point.month) for place, point in enumerate(past)]
    fit = _fitted(rows, [p.value for p in past])
    if fit is None:
        return None
    beta, inverse = fit
    left = [p.value - _dot(r, beta) for p, r in zip(past, rows, strict=True)]
    season, pulled = _season(past, left)
    left = [e - season[p.month] for p, e in zip(past, left, strict=True)]
    follows = _following(left)
    surprises = [b - follows * a for a, b in itertools.pairwise(left)]
    degrees = max(4.0, count - 1 - len(beta) - pulled * (MONTHS - A_QUARTER) - (follows > 0))
    variance = sum(e * e for e in surprises) / degrees
    if sqrt(variance) <= NO_NOISE * (1 + max(abs(p.value) for p in past)):
        return None
    row = _row(count, now.month)
    expected = _dot(row, beta) + season[now.month] + follows * left[-1]
    # The line itself is not known exactly; where surprises follow each other it is known less.
    loose = _dot(row, [_dot(line, row) for line in inverse]) * (1 + follows) / (1 - follows)
    loose += pulled * MONTHS / count
    spread = sqrt(variance * (_fewer(past, now) + loose))
    half = student_quantile(0.5 + CONFIDENCE / 2, int(degrees)) * spread
    gap = abs(now.value - expected)
    return Band(
        low=expected - half,
        expected=expected,
        high=expected + half,
        chance=2 * student_tail(gap / spread, degrees),
        is_far=gap > FURTHER * max(abs(e) for e in surprises),
    )


def _row(place: int, month: int) -> list[float]:
    """The level, the trend, and which month of the quarter it is."""
    of_quarter = month % A_QUARTER
    return [1.0, float(place), float(of_quarter == 1), float(of_quarter == A_QUARTER - 1)]


def _season(past: Sequence[Point], left: Sequence[float]) -> tuple[list[float], float]:
    """What each month of the year adds, pulled to nothing, and how much of it is left (0 to 1)."""
    by_month: list[list[float]] = [[] for _ in range(MONTHS)]
    for point, error in zip(past, left, strict=True):
        by_month[point.month].append(error)
    means = [sum(m) / len(m) if m else 0.0 for m in by_month]
    between = sum(len(m) * mean * mean for m, mean in zip(by_month, means, strict=True))
    within = sum((e - mean) ** 2 for m, mean in zip(by_month, means, strict=True) for e in m)
    degrees = len(left) - MONTHS - 1
    free = MONTHS - A_QUARTER - 2  # of the months' means, less the two that pulling costs
    if between <= 0 or degrees <= 0:
        return [0.0] * MONTHS, 0.0
    pulled = max(0.0, 1 - free * within / degrees / between)
    return [mean * pulled for mean in means], pulled


def _following(left: Sequence[float]) -> float:
    """How much of a surprise the next month still has; short series tell too little of it, which is made up for."""
    whole = sum(e * e for e in left)
    if whole <= 0:
        return 0.0
    raw = sum(a * b for a, b in itertools.pairwise(left)) / whole
    # Kendall (1954): the estimate lies low by about (1 + 3 × it) ÷ n; the line takes as much again.
    mended = raw + (1 + 3 * raw) / len(left)
    return min(MOST_FOLLOWING, max(0.0, mended))


def _fewer(past: Sequence[Point], now: Point) -> float:
    """How much wider chance moves a month that rests on fewer rows than others do."""
    usual = sorted(p.rows for p in past)[len(past) // 2]
    return 1.0 if not now.rows else min(MOST_WIDER, max(1.0, usual / now.rows))


def _fitted(
    rows: Sequence[Sequence[float]], values: Sequence[float]
) -> tuple[list[float], list[list[float]]] | None:
    """The least squares of values on rows, and the inverse of the rows' products; None where these have none."""
    size = len(rows[0])
    products = [[sum(r[i] * r[j] for r in rows) for j in range(size)] for i in range(size)]
    table = [line + [float(i == j) for j in range(size)] for i, line in enumerate(products)]
    for place in range(size):
        best = max(range(place, size), key=lambda i: abs(table[i][place]))
        table[place], table[best] = table[best], table[place]
        pivot = table[place][place]
        if abs(pivot) < 1e-9:
            return None
        table[place] = [v / pivot for v in table[place]]
        for other in range(size):
            if other != place:
                by = table[other][place]
                table[other] = [a - by * b for a, b in zip(table[other], table[place], strict=True)]
    inverse = [line[size:] for line in table]
    sums = [sum(r[i] * v for r, v in zip(rows, values, strict=True)) for i in range(size)]
    return [_dot(line, sums) for line in inverse], inverse


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True))
