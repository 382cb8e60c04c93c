"""How far out a value lies: tails of Student's t, chi-square, shares and counts, and quantiles of beta and gamma."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, lgamma, log

STEPS = 80  # of a bisection, to the last digit
MOST_TERMS = 1_000
NEGLIGIBLE = 1e-15


def student_tail(t: float, degrees: float) -> float:
    """The chance of a value of Student's t at least as large."""
    if degrees <= 0:
        raise ValueError("Student's t needs degrees of freedom.")
    tail = 0.5 * _incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t))
    return tail if t >= 0 else 1 - tail


def chi_square_tail(value: float, degrees: int) -> float:
    """The chance of a value of chi-square at least as large."""
    if degrees < 1:
        raise ValueError("Chi-square needs at least one degree of freedom.")
    return 1.0 if value <= 0 else _upper_gamma(degrees / 2, value / 2)


def share_tails(hits: float, n: float, share: float) -> tuple[float, float]:
    """The chances of at most and of at least so many hits of `n` at a share (binomial), also for parts of a hit."""
    if not 0 <= hits <= n or not 0 <= share <= 1:
        raise ValueError(f"{hits} of {n} at {share} is not a share.")
    at_most = 1.0 if hits + 1 > n else 1 - _incomplete_beta(hits + 1, n - hits, share)
    at_least = 1.0 if hits <= 0 else _incomplete_beta(hits, n - hits + 1, share)
    return at_most, at_least


def count_tails(hits: float, expected: float) -> tuple[float, float]:
    """The chances of at most and of at least so many where so many are expected (Poisson), also for parts of a hit."""
    if hits < 0 or expected <= 0:
        raise ValueError(f"{hits} where {expected} are expected is not a count.")
    at_least = 1.0 if hits <= 0 else 1 - _upper_gamma(hits, expected)
    return _upper_gamma(hits + 1, expected), at_least


def gamma_quantile(probability: float, shape: float) -> float:
    """The value below which a gamma distribution of rate 1 holds that probability."""
    if not (0 <= probability < 1 and shape > 0):
        raise ValueError("A gamma quantile needs a probability below 1 and a positive shape.")
    low, high = 0.0, shape + 1
    while 1 - _upper_gamma(shape, high) < probability:
        high *= 2
    return bisected(
        lambda x: 1 - (_upper_gamma(shape, x) if x > 0 else 1.0), probability, low, high
    )


def bisected(rising: Callable[[float], float], wanted: float, low: float, high: float) -> float:
    """Where between low and high a function that rises comes to what is wanted."""
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return (low + high) / 2


def beta_quantile(probability: float, a: float, b: float) -> float:
    """The value below which a beta distribution holds that probability."""
    if not (0 <= probability <= 1 and a > 0 and b > 0):
        raise ValueError("A beta quantile needs a probability and two positive parameters.")
    return bisected(lambda x: _incomplete_beta(a, b, x), probability, 0.0, 1.0)


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function by Lentz's continued fraction (DLMF 8.17.22)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x))
    if x > (a + 1) / (a + b + 2):
        return 1 - _incomplete_beta(b, a, 1 - x)
    tiny = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > tiny else tiny)
    value = d
    for m in range(1, 300):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + numerator * d
            d = 1 / (d if abs(d) > tiny else tiny)
            c = 1 + numerator / c
            c = c if abs(c) > tiny else tiny
            value *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front * value / a


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
