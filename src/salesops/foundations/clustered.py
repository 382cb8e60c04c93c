"""How far two shares lie apart when the deals behind them are few sellers' deals, like compared with like."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean

from salesops.foundations.statistics import CONFIDENCE, student_quantile

LEAST_SELLERS = 3  # in each group; below that nothing says how far sellers alone lie apart
_Kind = tuple[object, ...]
_Sums = list[int]  # hits and deals of the touched, then of the others


@dataclass(frozen=True)
class Tally:
    """Of one seller's deals of one kind, so many, of which so many hit; `touched` tells the group."""

    seller: str | None
    kind: tuple[object, ...]
    touched: bool
    hits: int
    deals: int


@dataclass(frozen=True)
class Difference:
    """The touched share less the other one. `low` and `high` are None where there are too few sellers.

    `deals` were compared: those of a kind of which both groups have some.
    """

    value: float
    low: float | None
    high: float | None
    deals: int
    sellers: int

    @property
    def is_chance(self) -> bool:
        """Chance alone may explain it."""
        return self.low is None or self.high is None or self.low <= 0 <= self.high


def difference(tallies: Sequence[Tally], confidence: float = CONFIDENCE) -> Difference | None:
    """The difference of the shares within each kind, put together by how much each kind tells.

    A seller's deals are not so many independent ones, so the interval is made of sellers: of what becomes of the
    difference when each of them is left out (the jackknife). Where one seller has most of a group's deals the group
    counts for little more than one. None where no kind has deals of both groups.
    """
    kinds: dict[_Kind, _Sums] = defaultdict(lambda: [0, 0, 0, 0])
    own: dict[str | None, dict[_Kind, _Sums]] = defaultdict(
        lambda: defaultdict(lambda: [0, 0, 0, 0])
    )
    for tally in tallies:
        place = 0 if tally.touched else 2
        for sums in (kinds[tally.kind], own[tally.seller][tally.kind]):
            sums[place] += tally.hits
            sums[place + 1] += tally.deals
    both = {k: sums for k, sums in kinds.items() if sums[1] and sums[3]}
    if not both:
        return None
    parts = {k: _part(sums) for k, sums in both.items()}
    above = sum(p[0] for p in parts.values())
    below = sum(p[1] for p in parts.values())
    without = []
    for mine in own.values():
        more, whole = above, below
        for kind in mine.keys() & both.keys():
            left = _part([a - b for a, b in zip(both[kind], mine[kind], strict=True)])
            more, whole = more + left[0] - parts[kind][0], whole + left[1] - parts[kind][1]
        if whole > 0:
            without.append(more / whole)
    deals = sum(sums[1] + sums[3] for sums in both.values())
    value = above / below
    least = min(_many(own.values(), both, place) for place in (1, 3))
    if least < LEAST_SELLERS or len(without) < len(own):
        return Difference(value, None, None, deals, len(own))
    middle = fmean(without)
    spread = sum((w - middle) ** 2 for w in without)
    error = sqrt((len(without) - 1) / len(without) * spread)
    half = student_quantile(0.5 + confidence / 2, int(least) - 1) * error
    return Difference(value, value - half, value + half, deals, len(own))


def _part(sums: _Sums) -> tuple[float, float]:
    """What one kind adds above and below the line: its difference by its weight, and the weight (Mantel and Haenszel)."""
    hits, mine, others_hits, others = sums
    if mine <= 0 or others <= 0:
        return 0.0, 0.0
    weight = mine * others / (mine + others)
    return weight * (hits / mine - others_hits / others), weight


def _many(own: Iterable[dict[_Kind, _Sums]], kinds: Container[_Kind], place: int) -> float:
    """So many sellers of equal weight a group's deals are worth."""
    each = [sum(sums[place] for kind, sums in m.items() if kind in kinds) for m in own]
    return sum(each) ** 2 / sum(n * n for n in each)
