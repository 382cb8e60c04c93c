"""How often the measuring of changes finds what is there and what is not, in worlds made up by chance.

`python -m scripts.simulate_effects 1000` prints, for each kind of world, how often an interval excludes the truth, how
often an effect is told, and how far the estimates lie off; 1000 worlds a kind take about a minute.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from statistics import fmean

from salesops.experiments.effect import Comparison, Span, Unit, compare, finding

SPANS = 4


@dataclass(frozen=True)
class World:
    """How many sellers there are and get the change, how many deals each closes in a span, how far sellers lie apart,
    how far the groups do, what the change adds, and how it is decided who gets it."""

    people: int = 40
    treated: int = 20
    deals: int = 30
    spread: float = 0.08
    gap: float = 0.0  # how much lower those are who get it
    adds: float = 0.0
    chosen: str = "by chance"  # or: the lowest before, the lowest in the last span


WORLDS = {
    "by chance": World(),
    "by chance, few deals": World(deals=8),
    "by chance, few people": World(people=16, treated=6),
    "by chance, many deals": World(people=60, treated=30, deals=80),
    "a team that is lower": World(gap=0.05),
    "a team far below": World(gap=0.3),
    "the lowest before": World(treated=10, chosen="the lowest before"),
    "the lowest in the last span": World(treated=10, chosen="the lowest in the last span"),
    "an effect of 5 points": World(adds=0.05),
    "an effect of 15 points": World(adds=0.15),
}


def draw(world: World, random: Random) -> list[Unit]:
    """The sellers of a world: some spans of won and lost deals, and one more after the change."""
    made = []
    for place in range(world.people):
        low = world.gap if place < world.treated and world.chosen == "by chance" else 0.0
        skill = random.gauss(0.35 - low, world.spread)
        spans = [_span(skill, world.deals, random) for _ in range(SPANS)]
        made.append((skill, spans, random.lognormvariate(10, 0.4)))
    if world.chosen == "the lowest before":
        made.sort(key=lambda m: sum(s.total for s in m[1]) / sum(s.base for s in m[1]))
    elif world.chosen == "the lowest in the last span":
        made.sort(key=lambda m: m[1][-1].total / m[1][-1].base)
    units = []
    for place, (skill, spans, size) in enumerate(made):
        is_treated = place < world.treated
        now = skill + random.gauss(0, 0.02) + (world.adds if is_treated else 0.0)
        after = _span(now, world.deals, random)
        units.append(Unit(f"p{place:03}", is_treated, tuple(spans), after, size))
    return units


def _span(skill: float, deals: int, random: Random) -> Span:
    rows = max(1, round(random.lognormvariate(0, 0.4) * deals))
    won = sum(random.random() < min(0.95, max(0.02, skill)) for _ in range(rows))
    return Span(float(won), float(rows), rows)


def naive(units: list[Unit]) -> float:
    """After less before, of those who got it alone: what a report without comparison would show."""
    mine = [u for u in units if u.is_treated]
    levels = [fmean([s.level or 0.0 for s in u.before]) for u in mine]
    return fmean([u.after.level or 0.0 for u in mine]) - fmean(levels)


def tried(world: World, seeds: range) -> Iterator[tuple[list[Unit], Comparison]]:
    """The worlds of some seeds with what is found in them."""
    for seed in seeds:
        units = draw(world, Random(seed))
        yield units, compare(units)


def main(worlds: int, say: Callable[[str], None] = print) -> None:
    """Print the table."""
    say(
        f"{'who got it':30} {'told':>6} {'excl.':>6} {'miss':>6} {'naive':>6} {'plain':>6} {'placebo':>7} {'MDE':>5}"
    )
    for name, world in WORLDS.items():
        found = [(u, c) for u, c in tried(world, range(worlds)) if c.effect]
        effects = [(c.effect, u, c) for u, c in found if c.effect]
        excluded = fmean([not e.low <= world.adds <= e.high for e, _, _ in effects])
        apart = [c.placebo is not None and not c.placebo.is_chance for _, _, c in effects]
        told = fmean([finding(e, c.plain, c.placebo, c.apart) == "effect" for e, _, c in effects])
        miss = fmean([e.value - world.adds for e, _, _ in effects])
        plain = fmean([c.plain.value - world.adds for _, _, c in effects if c.plain])
        simple = fmean([naive(u) - world.adds for _, u, _ in effects])
        least = fmean([e.smallest for e, _, _ in effects])
        say(
            f"{name:30} {told:6.1%} {excluded:6.1%} {miss * 100:+6.1f} {simple * 100:+6.1f} {plain * 100:+6.1f} "
            f"{fmean(apart):7.1%} {least * 100:5.1f}  ({len(effects)} of {worlds})"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
