"""How far out a value lies: tails of Student's t and of chi-square, and quantiles of the beta distribution."""

from __future__ import annotations

from math import exp, lgamma, log

from salesops.foundations.statistics import incomplete_beta

STEPS = 80  # of a bisection, to the last digit
MOST_TERMS = 1_000
NEGLIGIBLE = 1e-15


def student_tail(t: float, degrees: float) -> float:
    """The chance of a value of Student's t at least as large."""
    if degrees <= 0:
        raise ValueError("Student's t needs degrees of freedom.")
    tail = 0.5 * incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t))
    return tail if t >= 0 else 1 - tail


def chi_square_tail(value: float, degrees: int) -> float:
    """The chance of a value of chi-square at least as large."""
    if degrees < 1:
        raise ValueError("Chi-square needs at least one degree of freedom.")
    return 1.0 if value <= 0 else _upper_gamma(degrees / 2, value / 2)


def beta_quantile(probability: float, a: float, b: float) -> float:
    """The value below which a beta distribution holds that probability."""
    if not (0 <= probability <= 1 and a > 0 and b > 0):
        raise ValueError("A beta quantile needs a probability and two positive parameters.")
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if incomplete_beta(a, b, middle) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _upper_gamma(a: float, x: float) -> float:
    """The regularised upper incomplete gamma function (DLMF 8.11.4 below a + 1, else Lentz on 8.9.2)."""
    front = exp(-x + a * log(x) - lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        for k in range(1, MOST_TERMS):
            term *= x / (a + k)
            total += term
            if term < NEGLIGIBLE * total:
                break
        return max(0.0, 1 - front * total)
    tiny = 1e-300
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    value = d
    for k in range(1, MOST_TERMS):
        numerator = -k * (k - a)
        b += 2
        d = 1 / (numerator * d + b or tiny)
        c = b + numerator / c or tiny
        value *= c * d
        if abs(c * d - 1) < NEGLIGIBLE:
            break
    return front * value
