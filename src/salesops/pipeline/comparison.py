"""People and teams compared fairly, and nobody singled out whom chance explains.

What somebody did is held against what others do with deals of the same type and country, source and size (indirect
standardisation). How far people really differ is estimated from all of them (empirical Bayes): the less there is of
somebody, the more of what stands out is chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from salesops.book.book import Book
from salesops.foundations.discoveries import discoveries
from salesops.foundations.period import Period
from salesops.foundations.problem import Refusal
from salesops.foundations.tails import chi_square_tail
from salesops.kpis._definition import Unit
from salesops.pipeline.compared_deals import GROUPS
from salesops.pipeline.compared_fields import LEAST_GROUPS, Field, of_deals, over_time
from salesops.pipeline.scales import NORMAL, Look, Scale, Shares

MOST_PEELED = 5
FARTHEST = 1e-300


@dataclass(frozen=True)
class Measure:
    """What people are compared by; `rows` is the number whose rows are the deals behind it."""

    title: str
    unit: Unit
    better: str
    counted: str
    rows: str


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "win_rate": Measure("Win rate", Unit.SHARE, "up", "closed", "win_rate"),
        "sales_cycle": Measure("Sales cycle", Unit.DAYS, "down", "won", "sales_cycle"),
        "deal_size": Measure("Deal size", Unit.MONEY, "up", "won", "average_deal_size"),
        "productivity": Measure("Productivity", Unit.COUNT, "up", "won", "closed_to_date"),
    }
)
# Of those singled out at most so many are expected to be there by chance. All measures are looked at by somebody who
# looks at one, so that where nothing is to be found anybody at all is singled out in less than one company of twenty.
RATE, ALIKE = 0.04 / len(MEASURES), 0.05


@dataclass(frozen=True)
class Standing:
    """One person or team with `n` closed deals, or won ones.

    `raw` is what they did, `expected` what others would have done with such deals. `adjusted` is what they would have
    done, were their deals as everybody's; `shrunk`, between `low` and `high`, what that is worth with so few. `worth` is
    how much there is to go by, in deals. `stands_out` where chance does not explain it. Money is in minor units.
    """

    key: str
    name: str
    n: int
    raw: float
    expected: float
    adjusted: float
    shrunk: float
    low: float
    high: float
    worth: float
    z: float
    stands_out: bool
    months: float | None = None
    won_minor: int | None = None

    @property
    def minor_a_month(self) -> int | None:
        """What was won a month; None where no time is looked at."""
        return (
            round(self.won_minor / self.months)
            if self.months and self.won_minor is not None
            else None
        )


@dataclass(frozen=True)
class Comparison:
    """All of a field by name, and never as a league table. `usual` is what all have together.

    `chance` is how likely such differences are where all are alike, None where too few can be compared; `n_small` have
    too few deals to be compared, and of `n_unknown` it is not known since when they are there.
    """

    measure: str
    by: str
    over: Period
    standings: tuple[Standing, ...]
    usual: float
    chance: float | None
    n_small: int
    n_unknown: int = 0
    scale: Scale = field(default_factory=Shares, repr=False)
    centre: float = field(default=0.0, repr=False)  # the usual on the scale
    unknown: float = field(
        default=0.0, repr=False
    )  # the variance of what nobody knows of them, as a ratio

    @property
    def out(self) -> tuple[Standing, ...]:
        """Those whom chance does not explain."""
        return tuple(s for s in self.standings if s.stands_out)

    def limits(self, worth: float, share: float) -> tuple[float, float]:
        """Between which values a share of those lies who have so much to go by, where only chance is at work."""
        tail, worth = (1 - share) / 2, 1 / (1 / worth + self.unknown)
        low, high = (self.scale.limit(self.centre, worth, t) for t in (1 - tail, tail))
        return low, high


def comparison(
    book: Book, *, measure: str = "win_rate", by: str = "person", period: Period | str = "all"
) -> Comparison:
    """How people, or teams, compare over deals closed in a period."""
    if measure not in MEASURES:
        raise Refusal(f"Compared are {', '.join(MEASURES)}, not “{measure}”.")
    if by not in GROUPS:
        raise Refusal(f"Compared are each {' or each '.join(GROUPS)}, not “{by}”.")
    over = book.period(period)
    by_time = measure == "productivity"
    found = over_time(book, by, over) if by_time else of_deals(book, measure, by, over)
    if len(found.looks) < LEAST_GROUPS:
        n_small = found.n_small + len(found.looks)
        return Comparison(measure, by, over, (), 0.0, None, n_small, found.n_unknown)
    looks, tested, pull = _peeled(found)
    sure, names = discoveries(tested.chances, RATE), book.names_of(by, looks)
    standings = [
        _standing(found, looks[key], key, names[key], pull, tested.z(key), key in sure)
        for key in looks
    ]
    standings.sort(key=lambda s: (s.name, s.key))
    plain = _tested(found.scale, found.looks)
    apart = sum(plain.z(key) ** 2 for key in found.looks)
    unknown = pull if found.is_given else 0.0
    return Comparison(
        measure,
        by,
        over,
        tuple(standings),
        found.scale.said(found.centre),
        chi_square_tail(apart, len(standings) - 1),
        found.n_small,
        found.n_unknown,
        found.scale,
        found.centre,
        unknown / found.centre**2 if unknown else 0.0,
    )


@dataclass(frozen=True)
class _Tested:
    """How likely chance is to bring each so far out, and on which side they are."""

    chances: Mapping[str, float]
    sides: Mapping[str, int]

    def z(self, key: str) -> float:
        """The same in standard deviations."""
        return self.sides[key] * -NORMAL.inv_cdf(max(FARTHEST, self.chances[key] / 2))


def _tested(scale: Scale, looks: Mapping[str, Look], unknown: float = 0.0) -> _Tested:
    chances, sides = {}, {}
    for key, look in looks.items():
        below, above = scale.tails(replace(look, variance=look.variance + unknown))
        chances[key], sides[key] = min(1.0, 2 * min(below, above)), 1 if above < below else -1
    return _Tested(chances, sides)


def _peeled(found: Field) -> tuple[Mapping[str, Look], _Tested, float]:
    """Everybody held against those who are not apart themselves.

    Somebody who stands out makes all others look the opposite, so they are taken out of what is usual, the surest first.
    """
    apart: list[str] = []
    looks = found.looks
    while True:
        pull = prior(list(looks.values()))
        tested = _tested(found.scale, looks, pull if found.is_given else 0.0)
        new = next((k for k in discoveries(tested.chances, RATE) if k not in apart), None)
        if new is None or len(apart) == MOST_PEELED or len(looks) - len(apart) <= LEAST_GROUPS:
            return looks, tested, pull
        apart.append(new)
        looks = found.without(apart)


def _standing(
    found: Field, look: Look, key: str, name: str, pull: float, z: float, stands_out: bool
) -> Standing:
    """What is said of one of them."""
    scale, centre = found.scale, found.centre
    pulled = scale.pulled(look, pull) if pull > 0 else (look.expected,) * 3
    adjusted, shrunk, low, high = (
        scale.said(scale.at_usual(value, look, centre)) for value in (look.mean, *pulled)
    )
    time = found.time.get(key)
    return Standing(
        key=key,
        name=name,
        n=found.counts[key],
        raw=scale.said(look.mean),
        expected=scale.said(look.expected),
        adjusted=adjusted,
        shrunk=shrunk,
        low=low,
        high=high,
        worth=scale.worth(look, centre),
        z=z,
        stands_out=stands_out,
        months=time.months if time else None,
        won_minor=time.won_minor if time else None,
    )


def prior(looks: Sequence[Look]) -> float:
    """The variance between people of what one deal of theirs is worth, beyond chance (DerSimonian and Laird 1986).

    0 where they differ no more than chance makes them.
    """
    weights = [1 / look.variance for look in looks]
    off = [look.mean - look.expected for look in looks]
    centre = sum(w * o for w, o in zip(weights, off, strict=True)) / sum(weights)
    apart = sum(w * (o - centre) ** 2 for w, o in zip(weights, off, strict=True))
    scale = sum(weights) - sum(w * w for w in weights) / sum(weights)
    return max(0.0, (apart - (len(weights) - 1)) / scale) if scale > 0 else 0.0
