"""How often customers buy again who owe nothing: BG/NBD (Fader, Hardie and Lee 2005).

While a customer is one, they buy at a rate of their own, and after each purchase stop for good with a chance of their
own; rates differ as a gamma distribution of `r` and `alpha`, chances as a beta distribution of `a` and `b`. Of each
customer three things are known: `x` purchases after the first, the last of them at `last`, and seen up to `age`, both
counted from the first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesops.customers.fitting import Array, Likelihood, OfEach

START = (1.0, 10.0, 1.0, 1.0)
NUDGE = 1e-6  # off the places where the formula is of the kind 0 ÷ 0
MOST_TERMS = 5_000


@dataclass(frozen=True)
class Seen:
    """What is known of customers, one place each."""

    x: Array
    last: Array
    age: Array


FIRST_TIME = Seen(np.zeros(1), np.zeros(1), np.zeros(1))  # somebody who buys for the first time now


def likelihood_of(seen: Seen, weights: Array | None = None) -> Likelihood:
    """The log-likelihood of (r, alpha, a, b); with weights each customer counts so many times."""
    each = of_each(seen)
    count = np.ones(len(seen.x)) if weights is None else weights

    def likelihood(parameters: Array) -> float:
        return float(count @ each(parameters))

    return likelihood


def of_each(seen: Seen) -> OfEach:
    """The log-likelihood of (r, alpha, a, b) of each customer."""
    times = seen.x.astype(np.int64)
    k = np.arange(int(times.max(initial=0)))
    again = times > 0

    def likelihood(parameters: Array) -> Array:
        r, alpha, a, b = parameters
        rates = np.concatenate(([0.0], np.cumsum(np.log(r + k))))[times]
        stays = np.concatenate(([0.0], np.cumsum(np.log((b + k) / (a + b + k)))))[times]
        alive = -(r + times) * np.log(alpha + seen.age)
        gone = np.full(len(times), -np.inf)
        gone[again] = np.log(a / (b + times[again] - 1)) - (r + times[again]) * np.log(
            alpha + seen.last[again]
        )
        return np.asarray(r * np.log(alpha) + rates + stays + np.logaddexp(alive, gone))

    return likelihood


def chance_of_being_one(parameters: Array, seen: Seen) -> Array:
    """How likely each is still a customer; who bought once alone counts as one, as nothing tells them from who waits."""
    r, alpha, a, b = parameters
    gone = np.zeros(len(seen.x))
    again = seen.x > 0
    x = seen.x[again]
    with np.errstate(over="ignore"):
        gone[again] = (
            a / (b + x - 1) * ((alpha + seen.age[again]) / (alpha + seen.last[again])) ** (r + x)
        )
        return 1 / (1 + gone)


def purchases_to_come(parameters: Array, seen: Seen, ahead: Array) -> Array:
    """How many purchases each makes within each time of `ahead` from now: a line a customer, a column a time.

    For who buys for the first time now, all that is seen is 0.
    """
    r, alpha, a, b = parameters
    if abs(a - 1) < NUDGE:
        a = 1 + NUDGE
    top = a + b + seen.x - 1
    top = np.where(np.abs(top) < NUDGE, NUDGE, top)[:, np.newaxis]
    z = ahead / (alpha + seen.age[:, np.newaxis] + ahead)
    below = np.broadcast_to(top, z.shape).ravel()
    x = np.broadcast_to(seen.x[:, np.newaxis], z.shape).ravel()
    shrunk = _still(r, a, b, x, below, z.ravel()).reshape(z.shape)
    expected = top / (a - 1) * (1 - shrunk)
    return np.asarray(expected * chance_of_being_one(parameters, seen)[:, np.newaxis])


def _still(r: float, a: float, b: float, x: Array, below: Array, z: Array) -> Array:
    """(1 − z)^(r + x) times 2F1 of r + x, b + x, below and z.

    As published where chances of stopping are alike, so that a is large; else by Euler's transformation, whose terms do not
    grow with x.
    """
    if a > 2:
        return _hypergeometric(r + x, b + x, below, z, np.exp((r + x) * np.log1p(-z)))
    ones = np.ones(len(z))
    return _hypergeometric((a + b - 1 - r) * ones, (a - 1) * ones, below, z, (1 - z) ** (a - 1))


def _hypergeometric(first: Array, second: Array, below: Array, z: Array, times: Array) -> Array:
    """Gauss's series of 2F1 for 0 ≤ z < 1, `times` its terms; what has come close enough is not summed further."""
    total, term, going = times.copy(), times, np.arange(len(z))
    for k in range(MOST_TERMS):
        term = term * (first + k) / (below + k) * (second + k) / (k + 1) * z
        total[going] += term
        if k % 32 == 31:
            is_far = np.abs(term) > 1e-12 * np.abs(total[going])
            if not is_far.any():
                break
            term, going = term[is_far], going[is_far]
            first, second, below, z = (v[is_far] for v in (first, second, below, z))
    return total
