"""What is usual for deals of a mix: main effects of what deals are, worked out from the deals of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

ROUNDS = 12
SETTLED = 1e-4  # a round that moves no effect further ends the fit
PULL = 2.0  # as many deals as usual are added to each level, so that a few make no effect

Levels = tuple[str, ...]  # of a deal, one for each dimension
# By levels: how many deals there are, or how long was worked, and the sum of what is looked at.
Cells = Mapping[Levels, tuple[float, float]]


@dataclass(frozen=True)
class Usual:
    """What one deal is worth, with an effect of each level of each dimension: a factor, or where it `adds` a summand."""

    base: float
    effects: Mapping[tuple[int, str], float]
    sizes: Mapping[tuple[int, str], float] = field(default_factory=dict)
    adds: bool = False
    most: float = 1.0

    def of(self, levels: Levels) -> float:
        """What is usual for a deal of these levels."""
        found = self.base
        for place, level in enumerate(levels):
            effect = self.effects.get((place, level))
            if effect is not None:
                found = found + effect if self.adds else found * effect
        return min(self.most, found)

    def uncertainty(self, cells: Cells, spread: float) -> float:
        """The variance of what is expected of these cells, as few others tell it: that of the least known dimension.

        `spread` is the variance of one deal.
        """
        places = range(len(next(iter(cells), ())))
        sums = []
        for place in places:
            counts: dict[str, float] = {}
            for levels, (n, _) in cells.items():
                counts[levels[place]] = counts.get(levels[place], 0) + n
            sums.append(
                sum(
                    n * n * spread / (self.sizes.get((place, k), 0) + PULL)
                    for k, n in counts.items()
                )
            )
        return max(sums, default=0.0)


def usual(
    cells: Cells, *, adds: bool = False, most: float = 1.0, near: Usual | None = None
) -> Usual:
    """Fitted by turns, dimension after dimension, until nothing moves; `near` is where to begin.

    With factors no deal is worth more than `most`; summands have no such bound.
    """
    n_all, total = sum(n for n, _ in cells.values()), sum(t for _, t in cells.values())
    base = total / n_all if n_all else 0.0
    none = 0.0 if adds else 1.0
    sizes: dict[tuple[int, str], float] = {}
    for levels, (n, _) in cells.items():
        for place, level in enumerate(levels):
            sizes[place, level] = sizes.get((place, level), 0) + n
    begun = near.effects if near else {}
    effects = {key: begun.get(key, none) for key in sizes}
    found = Usual(base, effects, sizes, adds, inf if adds else most)
    for _ in range(ROUNDS):
        moved = 0.0
        for place in range(len(next(iter(cells), ()))):
            seen: dict[str, tuple[float, float]] = {}
            for levels, (n, held) in cells.items():
                had, expected = seen.get(levels[place], (0.0, 0.0))
                seen[levels[place]] = had + held, expected + n * found.of(levels)
            for level, (had, expected) in seen.items():
                key = place, level
                new = _effect(effects[key], had, expected, sizes[key], base, adds=adds)
                moved = max(moved, abs(new - effects[key]))
                effects[key] = new
        if moved < SETTLED:
            break
    return found


def _effect(now: float, had: float, expected: float, n: float, base: float, *, adds: bool) -> float:
    """What the effect of a level must be for its deals to be worth what they are, drawn to none by `PULL` deals."""
    if adds:
        return (had - expected + n * now) / (n + PULL)
    pull = PULL * base
    without = expected / now + pull if now else pull
    return (had + pull) / without if without else 1.0
