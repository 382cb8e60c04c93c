"""What is usual for deals of a mix: main effects of what deals are, worked out from the deals of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

ROUNDS = 12
PULL = 2.0  # as many deals as usual are added to each level, so that a few make no effect

# By the levels of a deal, one for each dimension: how many there are, and how many of them were won.
Cells = Mapping[tuple[str, ...], tuple[int, int]]


@dataclass(frozen=True)
class Usual:
    """A share, with a factor for each level of each dimension."""

    base: float
    effects: Mapping[tuple[int, str], float]
    sizes: Mapping[tuple[int, str], int] = field(default_factory=dict)

    def of(self, levels: tuple[str, ...]) -> float:
        """What is usual for a deal of these levels."""
        found = self.base
        for place, level in enumerate(levels):
            effect = self.effects.get((place, level))
            if effect is not None:
                found *= effect
        return min(1.0, found)

    def uncertainty(self, cells: Cells, spread: float) -> float:
        """The variance of what is expected of these cells, as few others tell it: that of the least known dimension.

        `spread` is the variance of one deal.
        """
        places = range(len(next(iter(cells), ())))
        sums = []
        for place in places:
            counts: dict[str, int] = {}
            for levels, (n, _) in cells.items():
                counts[levels[place]] = counts.get(levels[place], 0) + n
            sums.append(
                sum(
                    n * n * spread / (self.sizes.get((place, k), 0) + PULL)
                    for k, n in counts.items()
                )
            )
        return max(sums, default=0.0)


def usual(cells: Cells) -> Usual:
    """Fitted by turns, dimension after dimension, until the margins agree (raking)."""
    n_all, total = sum(n for n, _ in cells.values()), sum(t for _, t in cells.values())
    base = total / n_all if n_all else 0.0
    effects: dict[tuple[int, str], float] = {}
    sizes: dict[tuple[int, str], int] = {}
    for levels, (n, _) in cells.items():
        for place, level in enumerate(levels):
            sizes[place, level] = sizes.get((place, level), 0) + n
            effects[place, level] = 1.0
    places = range(len(next(iter(cells), ())))
    for _ in range(ROUNDS):
        for place in places:
            told = Usual(base, effects)
            seen: dict[str, tuple[float, float]] = {}
            for levels, (n, held) in cells.items():
                had, expected = seen.get(levels[place], (0.0, 0.0))
                seen[levels[place]] = had + held, expected + n * told.of(levels)
            for level, (had, expected) in seen.items():
                pull = PULL * base
                effects[place, level] *= (
                    (had + pull) / (expected + pull) if expected + pull else 1.0
                )
    return Usual(base, effects, sizes)
