"""Win rates of people and teams compared fairly, and nobody singled out whom chance explains.

What somebody wins is held against what others win of deals of the same type and country, source and size (indirect
standardisation). How far people really differ is estimated from all of them (empirical Bayes): the less there is of
somebody, the more of what stands out is chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from types import MappingProxyType

from salesops.book.book import Book
from salesops.book.condition import narrowing
from salesops.foundations.discoveries import discoveries
from salesops.foundations.period import Period
from salesops.foundations.problem import Refusal
from salesops.foundations.tails import beta_quantile, chi_square_tail
from salesops.pipeline.mix import Usual, usual

LEAST = 10  # deals of somebody; of fewer nothing is said
LEAST_GROUPS = 3
MOST_APART = 200  # groups held against all others but themselves; of more, each is too small a part to matter
RATE, ALIKE = 0.05, 0.05
GROUPS: Mapping[str, str] = MappingProxyType({"person": "o.owner_id", "team": "o.team"})


@dataclass(frozen=True)
class Standing:
    """One person or team, with `won` of `n` closed deals.

    `raw` is their win rate, `expected` what others would have won of such deals. `adjusted` is what they would have, were
    their deals as everybody's; `shrunk`, between `low` and `high`, what that is worth with so few. `stands_out` where
    chance does not explain it.
    """

    key: str
    name: str
    n: int
    won: int
    raw: float
    expected: float
    adjusted: float
    shrunk: float
    low: float
    high: float
    z: float
    stands_out: bool


@dataclass(frozen=True)
class Comparison:
    """All of a field by name, and never as a league table. `usual` is what all have together.

    `chance` is how likely such differences are where all are alike, None where too few can be compared; `n_small` have
    too few deals to be compared.
    """

    by: str
    over: Period
    standings: tuple[Standing, ...]
    usual: float
    chance: float | None
    n_small: int

    @property
    def out(self) -> tuple[Standing, ...]:
        """Those whom chance does not explain."""
        return tuple(s for s in self.standings if s.stands_out)


def comparison(book: Book, *, by: str = "person", period: Period | str = "all") -> Comparison:
    """How the win rates of people, or teams, compare over deals closed in a period."""
    if by not in GROUPS:
        raise Refusal(f"Win rates are compared by {' or '.join(GROUPS)}, not by “{by}”.")
    over = book.period(period)
    held = _held(book, by, over)
    names = book.names_of(by, held)
    looks = {key: cells for key, cells in held.items() if _count(cells) >= LEAST}
    n_small = len(held) - len(looks)
    if len(looks) < LEAST_GROUPS:
        return Comparison(by, over, (), 0.0, None, n_small)
    every = _everybody(held)
    n, won = sum(n for n, _ in every.values()), sum(won for _, won in every.values())
    looked = {key: _look(held[key], _others(every, held, key)) for key in looks}
    chances = {key: 2 * NormalDist().cdf(-abs(look.z)) for key, look in looked.items()}
    sure, pull = discoveries(chances, RATE), prior(list(looked.values()))
    standings = [
        _standing(key, names[key], look, won / n, pull, key in sure) for key, look in looked.items()
    ]
    standings.sort(key=lambda s: (s.name, s.key))
    apart = sum(look.z**2 for look in looked.values())
    return Comparison(
        by, over, tuple(standings), won / n, chi_square_tail(apart, len(looked) - 1), n_small
    )


_Cells = dict[tuple[str, ...], tuple[int, int]]  # closed and won, by what the deals are


def _count(cells: _Cells) -> int:
    return sum(n for n, _ in cells.values())


@dataclass(frozen=True)
class _Look:
    """Somebody's wins against what is expected, and the variance of the difference where only chance is at work."""

    n: int
    won: int
    expected: float
    variance: float

    @property
    def z(self) -> float:
        """How many standard deviations from what is expected."""
        return (self.won - self.expected) / sqrt(self.variance) if self.variance > 0 else 0.0


def _everybody(held: Mapping[str, _Cells]) -> _Cells:
    every: _Cells = {}
    for cells in held.values():
        for levels, (n, won) in cells.items():
            had, before = every.get(levels, (0, 0))
            every[levels] = had + n, before + won
    return every


def _others(every: _Cells, held: Mapping[str, _Cells], key: str) -> Usual:
    """What is usual for all but one; of very many each is too small a part to matter."""
    if len(held) > MOST_APART:
        return usual(every)
    left = dict(every)
    for levels, (n, won) in held[key].items():
        had, before = left.pop(levels)
        if had > n:
            left[levels] = had - n, before - won
    return usual(left)


def _look(cells: _Cells, others: Usual) -> _Look:
    """Somebody against all others, whose own number is small as well."""
    n = won = 0
    expected = variance = 0.0
    for levels, (count, held) in cells.items():
        told = others.of(levels)
        n, won = n + count, won + held
        expected += count * told
        variance += count * told * (1 - told)
    return _Look(n, won, expected, variance + others.uncertainty(cells, variance / n))


def prior(looks: Sequence[_Look]) -> float:
    """The variance between people of what one deal of theirs is worth, beyond chance (DerSimonian and Laird 1986).

    0 where they differ no more than chance makes them.
    """
    weights = [look.n**2 / look.variance for look in looks if look.variance > 0]
    off = [(look.won - look.expected) / look.n for look in looks if look.variance > 0]
    if len(weights) < 2:
        return 0.0
    centre = sum(w * o for w, o in zip(weights, off, strict=True)) / sum(weights)
    apart = sum(w * (o - centre) ** 2 for w, o in zip(weights, off, strict=True))
    scale = sum(weights) - sum(w * w for w in weights) / sum(weights)
    return max(0.0, (apart - (len(weights) - 1)) / scale) if scale > 0 else 0.0


def _standing(
    key: str, name: str, look: _Look, mean: float, pull: float, stands_out: bool
) -> Standing:
    """Their win rate, pulled to what is expected (beta-binomial)."""
    rate, expected = look.won / look.n, look.expected / look.n
    to_mean = mean / expected if expected > 0 else 1.0
    spread = expected * (1 - expected)
    if pull <= 0 or pull >= spread:
        shrunk = expected if pull <= 0 else rate
        low = high = shrunk
    else:
        strength = spread / pull - 1
        a, b = strength * expected + look.won, strength * (1 - expected) + look.n - look.won
        shrunk = a / (a + b)
        low, high = (beta_quantile(q, a, b) for q in (0.025, 0.975))
    values = (min(1.0, v * to_mean) for v in (rate, shrunk, low, high))
    adjusted, shrunk, low, high = values
    return Standing(
        key, name, look.n, look.won, rate, expected, adjusted, shrunk, low, high, look.z, stands_out
    )


def _held(book: Book, by: str, over: Period) -> dict[str, _Cells]:
    """Closed deals by whose they are and by what they are.

    Size is that of the moment a deal was qualified: what a lost deal is worth in the end hangs on its being lost. Where
    there is no history it is left out.
    """
    where, size = "true", "''"
    if book.criterion:
        where = f"o.id IN (SELECT x.id FROM opportunity x WHERE {narrowing(book)})"
    if book.facts.history_from is not None:
        size = (
            "CASE WHEN o.qualified_value_minor IS NULL THEN '-' WHEN o.qualified_value_minor <= z.low THEN 'small' "
            "WHEN o.qualified_value_minor <= z.high THEN 'middle' ELSE 'large' END"
        )
    rows = book.engine.run(
        f"""WITH size AS (
            SELECT quantile_disc(qualified_value_minor, 1.0 / 3) AS low,
                quantile_disc(qualified_value_minor, 2.0 / 3) AS high FROM opportunity
        ), deal AS (
            SELECT {GROUPS[by]} AS whose, coalesce(o.type, '') AS type, coalesce(a.country, '') AS country,
                coalesce(o.source, '') AS source, {size} AS size, o.is_won
            FROM opportunity o LEFT JOIN account a ON a.id = o.account_id CROSS JOIN size z
            WHERE o.is_closed AND o.closed_on >= $start AND o.closed_on < $end AND o.closed_on <= $today
                AND {GROUPS[by]} IS NOT NULL AND {where}
        )
        SELECT whose, type || chr(31) || country, type || chr(31) || source, type || chr(31) || size,
            count(*), count(*) FILTER (is_won) FROM deal GROUP BY ALL ORDER BY ALL""",
        {"start": over.start, "end": over.end, "today": book.today},
    ).rows
    held: dict[str, _Cells] = {}
    for whose, country, source, sized, n, won in rows:
        held.setdefault(whose, {})[country, source, sized] = n, won
    return held
