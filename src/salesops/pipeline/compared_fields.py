"""All whom a comparison looks at, on one scale: what each did, and what others would have done in their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import inf

from salesops.book.book import Book
from salesops.foundations.period import Period
from salesops.pipeline.compared_deals import (
    Heaps,
    Sums,
    alike,
    heaps_of,
    held_by,
    spreads,
    type_of,
)
from salesops.pipeline.mix import Levels, Usual, usual
from salesops.pipeline.productivity import Stint, stints
from salesops.pipeline.scales import Logarithms, Look, Rates, Scale, Shares

LEAST = 10  # deals of somebody; of fewer nothing is said
LEAST_MONTHS = 6.0  # of somebody's time
LEAST_GROUPS = 3
# Groups held against all others but themselves, and kinds of deals in that. Of more, each is too small a part to matter.
MOST_APART, MOST_FITTED = 200, 200_000
NEARLY = 1e-9

_Cells = dict[Levels, tuple[float, float]]


@dataclass
class Time:
    """How long somebody was there, and what was won in that time."""

    months: float = 0.0
    won: int = 0
    won_minor: int = 0


@dataclass(frozen=True)
class Field:
    """All who can be compared, on one scale, and how many deals each has.

    Where nobody knows what each was given, `is_given` says that people may differ for reasons of which they are none.
    """

    without: Callable[[Collection[str]], Mapping[str, Look]]  # the looks, held against all but some
    counts: Mapping[str, int]
    scale: Scale
    centre: float
    n_small: int
    n_unknown: int = 0
    time: Mapping[str, Time] = field(default_factory=dict)
    is_given: bool = False

    @cached_property
    def looks(self) -> Mapping[str, Look]:
        """What each did, held against all others."""
        return self.without(())


def _nobody(counts: Mapping[str, int], scale: Scale, n_small: int, n_unknown: int = 0) -> Field:
    """Too few to be compared."""
    return Field(lambda _: {}, counts, scale, 0.0, n_small, n_unknown)


def of_deals(book: Book, measure: str, by: str, over: Period) -> Field:
    """What is looked at of each deal: against others' deals of the same kind."""
    held, adds = held_by(book, measure, by, over), measure != "win_rate"
    cells = {key: _cells(sums) for key, sums in held.items()}
    counts = {key: sum(s.n for s in sums.values()) for key, sums in held.items()}
    enough = [key for key, n in counts.items() if n >= LEAST]
    if len(enough) < LEAST_GROUPS:
        return _nobody(counts, Shares(), len(held))
    every = _together(cells)
    whole = usual(every, adds=adds)
    heaps = heaps_of(book, measure, by, over, {levels: whole.of(levels) for levels in every})
    likeness, of_one = alike(heaps), spreads(held, whole)

    def without(some: Collection[str]) -> Mapping[str, Look]:
        others, chance = _Others(every, cells, whole, some), of_one if adds else {}
        return _known(
            {k: _look(cells[k], others.of(k), chance, _swell(heaps[k], likeness)) for k in enough}
        )

    n = sum(counts.values())
    usual_spread = sum(of_one[type_of(k)] * s.n for c in held.values() for k, s in c.items()) / n
    degrees = max(1, sum(h.heaps for h in heaps.values()) - len(heaps))
    plus = 1 if measure == "sales_cycle" else 0
    scale: Scale = Logarithms(usual_spread, degrees, plus) if adds else Shares()
    return Field(without, counts, scale, whole.base, len(held) - len(enough))


def _known(looks: Mapping[str, Look]) -> Mapping[str, Look]:
    """Those with whom chance has anything to do: of a sure thing nothing can be told."""
    return {key: look for key, look in looks.items() if look.variance > 0 and look.expected != 0}


def _cells(sums: Mapping[Levels, Sums]) -> _Cells:
    return {levels: (s.n, s.total) for levels, s in sums.items()}


def _together(cells: Mapping[str, _Cells]) -> _Cells:
    every: _Cells = {}
    for own in cells.values():
        for levels, (n, total) in own.items():
            had, before = every.get(levels, (0.0, 0.0))
            every[levels] = had + n, before + total
    return every


class _Others:
    """What is usual for all but one and but those who are apart; of very many each is too small a part to matter."""

    def __init__(
        self, every: _Cells, cells: Mapping[str, _Cells], whole: Usual, some: Collection[str]
    ) -> None:
        self._left = dict(every)
        self._cells, self._whole, self._some = cells, whole, some
        for key in some:
            _take(self._left, cells[key])
        self._all = self._usual(self._left) if some else whole

    def of(self, key: str) -> Usual:
        """What is usual for all but that one."""
        is_small = len(self._cells) * len(self._left) > MOST_FITTED
        if len(self._cells) > MOST_APART or is_small or key in self._some:
            return self._all
        left = dict(self._left)
        _take(left, self._cells[key])
        return self._usual(left)

    def _usual(self, left: _Cells) -> Usual:
        return usual(left, adds=self._whole.adds, most=self._whole.most, near=self._whole)


def _take(every: _Cells, own: _Cells) -> None:
    for levels, (n, total) in own.items():
        had, before = every.pop(levels)
        if had > n + NEARLY:
            every[levels] = had - n, before - total


def _look(own: _Cells, others: Usual, of_one: Mapping[str, float], swell: float) -> Look:
    """Somebody against all others, whose own number is small as well.

    `of_one` is the variance of one deal by type; a share's follows from what is expected.
    """
    n = total = expected = variance = 0.0
    for levels, (count, held) in own.items():
        told = others.of(levels)
        n, total, expected = n + count, total + held, expected + count * told
        variance += count * (of_one[type_of(levels)] if of_one else max(0.0, told * (1 - told)))
    if not of_one:
        # Deals that are nearly sure tell the more of somebody the surer they are, and nobody knows that so well.
        variance = max(variance, expected * (1 - expected / n))
    variance = variance * swell + others.uncertainty(own, variance / n * swell)
    return Look(n, total / n, expected / n, variance / n**2)


def _swell(heaps: Heaps, likeness: float) -> float:
    """How many times the variance of single deals that of deals in heaps is (Kish 1965)."""
    return 1 + likeness * max(0.0, heaps.sizes2 / heaps.n - 1)


def over_time(book: Book, by: str, over: Period) -> Field:
    """Deals won a month: against others in as many months of the same quarters, with deals as easy to win."""
    wins = of_deals(book, "win_rate", "person", over)
    ease = {key: look.expected / wins.centre for key, look in wins.looks.items()}
    found = stints(book, over, ease)
    n_unknown = len(ease) - len({s.person for s in found})
    cells: dict[str, _Cells] = defaultdict(dict)
    time: dict[str, Time] = defaultdict(Time)
    for s in found:
        whose, levels = s.whose(by), s.levels(by)
        n, won = cells[whose].get(levels, (0.0, 0.0))
        cells[whose][levels] = n + s.months * ease[s.person], won + s.won
        total = time[whose]
        total.months, total.won = total.months + s.months, total.won + s.won
        total.won_minor += s.won_minor
    counts = {key: total.won for key, total in time.items()}
    enough = [key for key, total in time.items() if total.months >= LEAST_MONTHS]
    n_small = len(time) - len(enough) + (wins.n_small if by == "person" else 0)
    if len(enough) < LEAST_GROUPS or not sum(counts.values()):
        return _nobody(counts, Rates(), n_small + len(enough), n_unknown)
    every = _together(cells)
    whole = usual(every, most=inf)
    swell = _unevenness(found, by, ease, whole)

    def without(some: Collection[str]) -> Mapping[str, Look]:
        others = _Others(every, cells, whole, some)
        return _known({k: _rate(cells[k], others.of(k), time[k], swell) for k in enough})

    centre = sum(counts.values()) / sum(total.months for total in time.values())
    return Field(without, counts, Rates(), centre, n_small, n_unknown, time, is_given=True)


def _rate(own: _Cells, others: Usual, time: Time, swell: float) -> Look:
    """Somebody's deals a month against what others would have won in that time."""
    expected = sum(n * others.of(levels) for levels, (n, _) in own.items())
    eased = sum(n for n, _ in own.values())
    variance = swell * expected + others.uncertainty(own, swell * expected / eased)
    months = time.months
    return Look(months, time.won / months, expected / months, variance / months**2)


def _unevenness(found: Sequence[Stint], by: str, ease: Mapping[str, float], whole: Usual) -> float:
    """How many times the variance of counts that of what is won in a quarter is, beyond what somebody wins throughout.

    For teams also that of what one of their people wins. At least once.
    """
    most = 1.0
    for within in ("quarter", "person") if by == "team" else ("quarter",):
        parts: dict[tuple[str, str], tuple[float, float]] = {}
        for s in found:
            key = s.whose(by), getattr(s, within)
            won, expected = parts.get(key, (0.0, 0.0))
            told = s.months * ease[s.person] * whole.of(s.levels(by))
            parts[key] = won + s.won, expected + told
        groups: dict[str, list[tuple[float, float]]] = {}
        for (group, _), part in parts.items():
            groups.setdefault(group, []).append(part)
        apart, free = 0.0, 0
        for group_parts in groups.values():
            won, expected = (sum(p[place] for p in group_parts) for place in (0, 1))
            if won <= 0 or expected <= 0:
                continue
            own = [(o, e * won / expected) for o, e in group_parts if e > 0]
            apart, free = apart + sum((o - e) ** 2 / e for o, e in own), free + len(own) - 1
        most = max(most, apart / free) if free > 0 else most
    return most
