"""How sure a difference is: exact tails, tests within strata and of ranks, and many looks counted as many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf, lgamma, sqrt
from statistics import NormalDist
from typing import TypeVar

# An insight speaks where chance would make it speak in one book of a thousand, all its looks together.
ALPHA = 0.001
NEGLIGIBLE = 1e-17
T = TypeVar("T")


@dataclass(frozen=True)
class Counts:
    """Of `all`, so many that `hit`; the same for the others to compare with."""

    hit: int
    all: int
    others_hit: int
    others_all: int


def upper_tail(counts: Counts) -> float:
    """The chance of at least so many hits here, had both the same share (Fisher's exact test)."""
    every, hits = counts.all + counts.others_all, counts.hit + counts.others_hit
    most = min(counts.all, hits)
    whole = _choices(every, counts.all)
    total = 0.0
    for hit in range(counts.hit, most + 1):
        term = exp(_choices(hits, hit) + _choices(every - hits, counts.all - hit) - whole)
        total += term
        if term < NEGLIGIBLE * total:
            break
    return min(1.0, total)


def stratified(strata: Sequence[Counts]) -> float:
    """The two-sided chance of such a difference within the strata (Cochran, Mantel and Haenszel)."""
    apart, variance = 0.0, 0.0
    for s in strata:
        every = s.all + s.others_all
        if s.all == 0 or s.others_all == 0 or every < 2:
            continue
        hits = s.hit + s.others_hit
        apart += s.hit - s.all * hits / every
        variance += s.all * s.others_all * hits * (every - hits) / (every * every * (every - 1))
    if variance <= 0:
        return 1.0
    return two_sided(max(0.0, abs(apart) - 0.5) / sqrt(variance))


def two_sided(z: float) -> float:
    """The chance of a standard normal value at least as far from nothing."""
    return 2 * (1 - NormalDist().cdf(abs(z))) if abs(z) < 8 else 0.0


def one_sided(z: float) -> float:
    """The chance of a standard normal value at least as large."""
    return 1 - NormalDist().cdf(z) if z < 8 else 0.0


def survivors(chances: Mapping[T, float], alpha: float = ALPHA) -> list[T]:
    """Those that stay significant when all looks are counted (Holm 1979), the surest first."""
    kept: list[T] = []
    ordered = sorted(chances.items(), key=lambda item: item[1])
    for place, (key, chance) in enumerate(ordered):
        if chance * (len(ordered) - place) > alpha:
            break
        kept.append(key)
    return kept


def ranks_higher(rows: Iterable[tuple[float, int, int]]) -> float:
    """How many standard deviations the first group's values rank above the second's (Mann and Whitney).

    Rows are a value and how often each group has it.
    """
    ordered = sorted(rows)
    n, m = sum(r[1] for r in ordered), sum(r[2] for r in ordered)
    every = n + m
    if n == 0 or m == 0 or every < 3:
        return 0.0
    below, above, ties = 0, 0.0, 0.0
    for _, mine, theirs in ordered:
        above += mine * (below + theirs / 2)
        below += theirs
        ties += (mine + theirs) ** 3 - (mine + theirs)
    variance = n * m / 12 * (every + 1 - ties / (every * (every - 1)))
    return (above - n * m / 2) / sqrt(variance) if variance > 0 else 0.0


def _choices(n: int, k: int) -> float:
    """The logarithm of the number of ways to choose k of n."""
    if not 0 <= k <= n:
        return -inf
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
