"""Two groups compared with their mix held equal: within strata alone, and never across them.

A unit is something that stayed for some days and then ended, or is last seen there. With all days 0 it is something
that happened or did not, and all below is about shares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import sqrt
from typing import NamedTuple

from salesops.foundations.survival import Curve, Seen, kaplan_meier
from salesops.foundations.tails import student_tail

NEXT_TO_NOTHING = 0.1  # of deals: the rest cannot move a mean far
LEAST_AT_RISK = 5  # fewer say nothing of what is usual at such a length
Z = 1.959963984540054  # of 95 %
HALF = 0.5 - 1e-12  # as added up from floats


class Unit(NamedTuple):
    """`n` alike units: in the group or among the others, of a stratum and a cluster that goes its own way."""

    is_here: bool
    stratum: str
    cluster: str
    days: int
    ended: bool
    n: int = 1


@dataclass(frozen=True)
class Apart:
    """How many endings the group lacks against the others of the same strata; below 0 where it has more.

    `variance` is the larger of what single units and whole clusters make of it: a seller with ten slow deals is one slow
    seller. `here` and `there` count the units of strata that hold both.
    """

    lacking: float
    variance: float
    inflation: float
    here: int
    there: int
    clusters: int

    @property
    def z(self) -> float:
        """The same in standard deviations."""
        return self.lacking / sqrt(self.variance) if self.variance > 0 else 0.0

    @property
    def chance(self) -> float:
        """The chance of lacking at least so many, were both alike."""
        return student_tail(self.z, self.clusters - 1) if self.clusters > 1 else 1.0


def apart(units: Iterable[Unit]) -> Apart:
    """The log-rank test within strata (Mantel 1966), with the variance between clusters (Lee, Wei and Amato 1992)."""
    lacking = variance = 0.0
    here = there = 0
    scores: _Scores = {}
    for group in comparable(units).values():
        risks = _at_risk(group)
        for _, ended, ended_here, risk, risk_here in risks:
            share = risk_here / risk
            lacking += ended * share - ended_here
            if risk > 1:
                variance += ended * share * (1 - share) * (risk - ended) / (risk - 1)
        _score(group, risks, scores)
        here += sum(u.n for u in group if u.is_here)
        there += sum(u.n for u in group if not u.is_here)
    larger = max(variance, _between(scores))
    return Apart(
        lacking=lacking,
        variance=larger,
        inflation=larger / variance if variance > 0 else 1.0,
        here=here,
        there=there,
        clusters=min(sum(side is is_here for _, side in scores) for is_here in (True, False)),
    )


def comparable(units: Iterable[Unit]) -> dict[str, list[Unit]]:
    """The units by stratum, of those strata that hold both sides."""
    strata: dict[str, list[Unit]] = {}
    for unit in units:
        strata.setdefault(unit.stratum, []).append(unit)
    return {s: group for s, group in strata.items() if len({u.is_here for u in group}) == 2}


@dataclass(frozen=True)
class Level:
    """How long it takes: the days by which half have ended, and the mean of the days up to a limit, with its error.

    `ended` is the share that has ended by the limit. `median` is None where half have not ended.
    """

    n: int
    median: int | None
    mean: float
    error: float
    ended: float


def levels(units: Iterable[Unit]) -> tuple[Level, Level, int] | None:
    """The group, and the others were they of the group's mix, up to the day both are known for.

    None where nothing can be compared.
    """
    strata = comparable(units)
    here = [u for group in strata.values() for u in group if u.is_here]
    there = [u for group in strata.values() for u in group if not u.is_here]
    if not here:
        return None
    limit = _limit(here, there)
    n = sum(u.n for u in here)
    weights = {s: sum(u.n for u in group if u.is_here) / n for s, group in strata.items()}
    others = {s: curve_of(u for u in group if not u.is_here) for s, group in strata.items()}
    mine = curve_of(here)
    return (
        _level(n, {"": mine}, {"": 1.0}, limit),
        _level(sum(u.n for u in there), others, weights, limit),
        limit,
    )


def curve_of(units: Iterable[Unit]) -> Curve:
    """The share that has not ended, by day, of units of one side."""
    return kaplan_meier(Seen(u.days, "ended" if u.ended else "", u.n) for u in units)


def by_when(curve: Curve, share: float) -> int | None:
    """The day by which that share has ended; None where so many have not."""
    return next((int(s.time) for s in curve.steps if 1 - s.share >= share - 1e-12), None)


def median_interval(curve: Curve) -> tuple[int | None, int | None]:
    """Between which days half end, with 95 % (Brookmeyer and Crowley 1982); None at an end that is not reached.

    Where all have ended by a day, half have.
    """
    bounds = (
        (s.time, s.low, s.high) if s.low is not None else (s.time, s.share, s.share)
        for s in curve.steps
    )
    low = high = None
    for day, least, most in bounds:
        low = int(day) if low is None and least <= HALF else low
        high = int(day) if high is None and most is not None and most <= HALF else high
    return low, high


def mean_until(curve: Curve, limit: int) -> tuple[float, float]:
    """The mean of the days, those beyond `limit` counted as `limit`, and its variance (Greenwood)."""
    area, areas, before, share = 0.0, [], 0.0, 1.0
    inside = [step for step in curve.steps if step.time < limit]
    for step in inside:
        area += share * (step.time - before)
        areas.append(area)
        before, share = step.time, step.share
    area += share * (limit - before)
    variance = 0.0
    for step, so_far in zip(inside, areas, strict=True):
        if step.at_risk > step.ended:
            variance += (
                (area - so_far) ** 2 * step.ended / (step.at_risk * (step.at_risk - step.ended))
            )
    return area, variance


def _level(n: int, curves: Mapping[str, Curve], weights: Mapping[str, float], limit: int) -> Level:
    """Of curves weighted by the strata's shares."""
    steps: dict[int, float] = {}
    mean = variance = 0.0
    for stratum, curve in curves.items():
        weight, former = weights[stratum], 1.0
        for step in curve.steps:
            day = int(step.time)
            steps[day] = steps.get(day, 0.0) + weight * (former - step.share)
            former = step.share
        average, spread = mean_until(curve, limit) if limit else (0.0, 0.0)
        mean, variance = mean + weight * average, variance + weight * weight * spread
        if not limit:  # a share: what has ended on day 0
            share = 1 - (curve.steps[0].share if curve.steps else 1.0)
            size = curve.steps[0].at_risk if curve.steps else 0
            variance += weight * weight * share * (1 - share) / size if size else 0.0
    gone, ended, median = 0.0, 0.0, None
    for day, share in sorted(steps.items()):
        gone += share
        ended = gone if day <= limit else ended
        median = day if median is None and gone >= HALF else median
    return Level(n, median, mean, sqrt(variance), ended)


def _limit(here: Sequence[Unit], there: Sequence[Unit]) -> int:
    """Up to which day both sides are known: as far as they are seen, or beyond where next to nothing is left."""
    sides = []
    for units in (here, there):
        seen = _seen_for(units)
        sides.append((seen, curve_of(units).at(seen).share <= NEXT_TO_NOTHING))
    bounds = [seen for seen, is_through in sides if not is_through]
    return min(bounds) if bounds else max(seen for seen, _ in sides)


def _seen_for(units: Sequence[Unit]) -> int:
    """The longest stay that at least a few are seen for."""
    seen = 0
    for unit in sorted(units, key=lambda u: -u.days):
        seen += unit.n
        if seen >= LEAST_AT_RISK:
            return unit.days
    return 0


def _at_risk(group: Sequence[Unit]) -> list[tuple[int, int, int, int, int]]:
    """By day: ended, ended here, at risk, at risk here."""
    risk = sum(u.n for u in group)
    risk_here = sum(u.n for u in group if u.is_here)
    by_day: Callable[[Unit], int] = lambda u: u.days  # noqa: E731
    rows = []
    for day, units in groupby(sorted(group, key=by_day), by_day):
        held = list(units)
        ended = sum(u.n for u in held if u.ended)
        ended_here = sum(u.n for u in held if u.ended and u.is_here)
        rows.append((day, ended, ended_here, risk, risk_here))
        risk -= sum(u.n for u in held)
        risk_here -= sum(u.n for u in held if u.is_here)
    return rows


# By cluster and side: how many units, and what they contribute to `lacking`.
_Scores = dict[tuple[str, bool], tuple[int, float]]


def _between(scores: _Scores) -> float:
    """The variance of `lacking` as clusters make it: how far each is from its share of what its side contributes."""
    apart: dict[str, float] = {}
    for side in (True, False):
        held = {cluster: s for (cluster, is_here), s in scores.items() if is_here is side}
        n, total = sum(n for n, _ in held.values()), sum(score for _, score in held.values())
        for cluster, (count, score) in held.items():
            apart[cluster] = apart.get(cluster, 0.0) + score - total * count / n
    return sum(a * a for a in apart.values()) * len(apart) / max(1, len(apart) - 1)


def _score(
    group: Sequence[Unit], risks: Sequence[tuple[int, int, int, int, int]], scores: _Scores
) -> None:
    """Add what each unit contributes."""
    expected = expected_here = 0.0
    known: dict[int, tuple[float, float, float]] = {}
    for day, ended, _, risk, risk_here in risks:
        expected += ended / risk
        expected_here += ended / risk * risk_here / risk
        known[day] = (risk_here / risk, expected, expected_here)
    for unit in group:
        share, so_far, so_far_here = known[unit.days]
        score = (unit.is_here - share if unit.ended else 0.0) - (
            unit.is_here * so_far - so_far_here
        )
        n, so_far_of = scores.get((unit.cluster, unit.is_here), (0, 0.0))
        scores[unit.cluster, unit.is_here] = n + unit.n, so_far_of - unit.n * score
