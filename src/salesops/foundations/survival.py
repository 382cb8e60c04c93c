"""How long things last when some of them still go on: survival and competing ends, with intervals.

What is seen from the beginning and has not ended counts as far as it was seen. What was first seen some time after it
began counts from then on alone: it could not have been seen to end before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist
from typing import NamedTuple

from salesops.foundations.statistics import CONFIDENCE

_HALF = 0.5 + 1e-12  # a half that products of fractions reach only nearly


@dataclass(frozen=True, slots=True)
class Seen:
    """So many things seen from `entry` until `time`, both counted from their beginning.

    `event` is how they ended, empty where they were still going on. An end at `entry` itself was not seen.
    """

    time: float
    event: str
    count: int = 1
    entry: float = float("-inf")


class Step(NamedTuple):
    """What is so from `time` on: of `at_risk` just before it so many `ended`; the share with its interval."""

    time: float
    at_risk: int
    ended: int
    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Quantile:
    """A time with its interval; each None where the curve does not come so far."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Curve:
    """A share over time that changes in `steps` and begins at `begins`; `n` things were seen."""

    n: int
    begins: float
    steps: tuple[Step, ...]

    def at(self, time: float) -> Step:
        """What is so at a time; before the first step it is what the curve begins with."""
        found = Step(time, self.n, 0, self.begins, None, None)
        for step in self.steps:
            if step.time > time:
                break
            found = step
        return found


def kaplan_meier(rows: Iterable[Seen], confidence: float = CONFIDENCE) -> Curve:
    """The share that has not ended (Kaplan and Meier 1958), all ends alike.

    The variance is Greenwood's, the interval that of log(−log) of the share, which stays between 0 and 1.
    """
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    table = _table(rows)
    share, greenwood, steps = 1.0, 0.0, []
    for time, at_risk, ends in table.rows:
        ended = sum(ends.values())
        share *= 1 - ended / at_risk
        if ended == at_risk:
            share = 0.0
        else:
            greenwood += ended / (at_risk * (at_risk - ended))
        low, high = _log_log(share, sqrt(greenwood) * share, z)
        steps.append(Step(time, at_risk, ended, share, low, high))
    return Curve(table.n, 1.0, tuple(steps))


def median(curve: Curve) -> Quantile:
    """The time by which half have ended, with the interval of Brookmeyer and Crowley (1982).

    The interval holds the times at which the curve's own interval holds a half.
    """
    return Quantile(
        next((s.time for s in curve.steps if s.share <= _HALF), None),
        next((s.time for s in curve.steps if (s.share if s.low is None else s.low) <= _HALF), None),
        next((s.time for s in curve.steps if s.high is not None and s.high <= _HALF), None),
    )


def aalen_johansen(
    rows: Iterable[Seen], events: Sequence[str], confidence: float = CONFIDENCE
) -> dict[str, Curve]:
    """For each of `events` the share that has ended so (Aalen and Johansen 1978), all other ends competing.

    The variance is that of the delta method (Marubini and Valsecchi 1995), the interval that of log(−log).
    """
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    table = _table(rows)
    return {event: _incidence(table, event, z) for event in events}


def _incidence(table: _Table, event: str, z: float) -> Curve:
    """The steps in one pass: sums over former times stand for those the variance asks for at each time."""
    going_on, share, steps = 1.0, 0.0, []
    g, g_i, g_ii, own, cross, cross_i = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for time, at_risk, ends in table.rows:
        ended, hit = sum(ends.values()), ends.get(event, 0)
        share += going_on * hit / at_risk
        if ended < at_risk:
            weight = ended / (at_risk * (at_risk - ended))
            g, g_i, g_ii = g + weight, g_i + weight * share, g_ii + weight * share * share
        own += going_on**2 * (at_risk - hit) * hit / at_risk**3
        crossed = going_on * hit / at_risk**2
        cross, cross_i = cross + crossed, cross_i + crossed * share
        going_on *= 1 - ended / at_risk
        if hit:
            variance = share**2 * g - 2 * share * g_i + g_ii + own - 2 * (share * cross - cross_i)
            low, high = _log_log(share, sqrt(max(0.0, variance)), z)
            steps.append(Step(time, at_risk, hit, min(1.0, share), low, high))
    return Curve(table.n, 0.0, tuple(steps))


class _Table(NamedTuple):
    """How many were seen, and for each time with an end how many could have ended then and how they did."""

    n: int
    rows: list[tuple[float, int, dict[str, int]]]


def _table(rows: Iterable[Seen]) -> _Table:
    ends: dict[float, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    comes: dict[float, int] = defaultdict(int)
    goes: dict[float, int] = defaultdict(int)
    n = 0
    for seen in rows:
        if seen.count <= 0 or seen.time <= seen.entry:
            continue
        n += seen.count
        comes[seen.entry] += seen.count
        goes[seen.time] += seen.count
        if seen.event:
            ends[seen.time][seen.event] += seen.count
    found, at_risk, entries = [], 0, sorted(comes, reverse=True)
    for time in sorted(goes):
        while entries and entries[-1] < time:
            at_risk += comes[entries.pop()]
        if time in ends:
            found.append((time, at_risk, dict(ends[time])))
        at_risk -= goes[time]
    return _Table(n, found)


def _log_log(share: float, error: float, z: float) -> tuple[float | None, float | None]:
    """The interval of a share by log(−log); None where the share is 0 or 1 and nothing tells its spread."""
    if not 0 < share < 1:
        return None, None
    reach = z * error / (share * log(share))
    bounds = (_power(share, exp(-reach)), _power(share, exp(reach)))
    return min(bounds), max(bounds)


def _power(share: float, exponent: float) -> float:
    return exp(exponent * log(share))
