"""Intervals for shares, means and ratios: how far chance alone could have moved a figure."""

from __future__ import annotations

from functools import lru_cache
from math import exp, isfinite, lgamma, log, sqrt
from statistics import NormalDist

from salesops.foundations.tails import bisected, student_tail

CONFIDENCE = 0.95
LEAST_ROWS = 2  # below this a spread cannot be estimated


def wilson(successes: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float] | None:
    """The score interval of a share (Wilson 1927). None for n = 0."""
    if n <= 0:
        return None
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} of {n} is not a share.")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return low, high


def mean_interval(
    n: int, total: float, total_of_squares: float, confidence: float = CONFIDENCE
) -> tuple[float, float] | None:
    """Student's interval of a mean from sums. None with fewer than two rows."""
    if n < LEAST_ROWS:
        return None
    mean = total / n
    variance = max(0.0, (total_of_squares - n * mean * mean) / (n - 1))
    half = student_quantile(0.5 + confidence / 2, n - 1) * sqrt(variance / n)
    return mean - half, mean + half


def ratio_interval(
    n: int,
    sum_x: float,
    sum_y: float,
    sum_xx: float,
    sum_yy: float,
    sum_xy: float,
    confidence: float = CONFIDENCE,
) -> tuple[float, float] | None:
    """The interval of Σx ÷ Σy over n rows by linearisation (Cochran 1977, §2.11).

    None with fewer than two rows or a zero denominator.
    """
    if n < LEAST_ROWS or sum_y == 0:
        return None
    ratio = sum_x / sum_y
    squared = max(0.0, sum_xx - 2 * ratio * sum_xy + ratio * ratio * sum_yy)
    error = sqrt(n / (n - 1) * squared) / abs(sum_y)
    half = student_quantile(0.5 + confidence / 2, n - 1) * error
    return (ratio - half, ratio + half) if isfinite(half) else None


def median_ranks(n: int, confidence: float = CONFIDENCE) -> tuple[int, int] | None:
    """The ranks, from 1, of the order statistics that hold the median with at least `confidence`.

    By the binomial distribution with one half (Conover 1999, §3.2). None for fewer than six rows at
    95 %, where not even the smallest and largest value do.
    """
    if n < 1:
        return None
    tail = (1 - confidence) / 2
    if n > 1000:
        half = NormalDist().inv_cdf(0.5 + confidence / 2) * sqrt(n) / 2
        low = int(n / 2 - half)
        return max(1, low), min(n, n + 1 - low)
    below, low = 0.0, 0
    for k in range(n + 1):
        below += exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + n * log(0.5))
        if below > tail:
            break
        low = k + 1
    return (low, n + 1 - low) if low >= 1 else None


@lru_cache(maxsize=4096)
def student_quantile(probability: float, degrees: int) -> float:
    """The quantile of Student's t distribution, by bisection on its distribution function or by expansion."""
    if degrees < 1 or not 0 < probability < 1:
        raise ValueError("Student's t needs at least one degree of freedom and 0 < p < 1.")
    if degrees > 200:
        return _expanded(NormalDist().inv_cdf(probability), degrees)
    if probability < 0.5:
        return -student_quantile(1 - probability, degrees)
    high = 1.0
    while 1 - student_tail(high, degrees) < probability:
        high *= 2
    return bisected(lambda t: 1 - student_tail(t, degrees), probability, 0.0, high)


def _expanded(z: float, degrees: int) -> float:
    """Student's quantile from the normal one (Abramowitz and Stegun 26.7.5); to 1e-8 above 200 degrees."""
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92_160,
    )
    return z + sum(term / float(degrees) ** power for power, term in enumerate(terms, 1))
