"""What a change did to a number of the people it was for, against people like them who went on as before.

The people are the unit, not their deals. Each is compared with what was to be expected of them: their own level
before, drawn towards everybody's as far as it rests on few rows (empirical Bayes). That is what keeps those who were
chosen because they were low from seeming to gain: the low ones rise without help. From what those who got the change
did beyond their expected level, that of matched people who did not is taken: a difference of differences. The same is
asked of the last span before the change, when there was nothing to find: where something is found there, the groups
went apart on their own, and no effect is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import log, sqrt
from statistics import fmean, pstdev
from typing import Literal

from salesops.foundations.statistics import CONFIDENCE, student_quantile

POWER = 0.8
NEIGHBOURS = 3
FARTHEST = 2.5  # standard deviations in all that is matched; nobody farther is like somebody
LEAST_PEOPLE = 4  # in each group
LEAST_SPANS = 2  # before the change; one more for the look at the last of them
APART = 0.5  # standard deviations of people; from here on groups stood apart before the change


@dataclass(frozen=True)
class Span:
    """One person's rows in one span: the sums above and below the line, and how many rows."""

    total: float
    base: float
    rows: int

    @property
    def level(self) -> float | None:
        """The number itself, None for nothing."""
        return self.total / self.base if self.base else None


@dataclass(frozen=True)
class Unit:
    """One person: their equal spans before the change, the oldest first, and the one after. `size` is what their deals
    were worth on average before, or another mark of the mix; None where it is not known."""

    key: str
    is_treated: bool
    before: tuple[Span, ...]
    after: Span
    size: float | None = None


@dataclass(frozen=True)
class Shown:
    """One person of the comparison: their level before as measured and as drawn in, the level after, and how much they
    count within their group."""

    key: str
    is_treated: bool
    before: float
    expected: float
    after: float
    rows: int
    weight: float


@dataclass(frozen=True)
class Estimate:
    """A difference with its interval; `smallest` is the least effect that would be found four times of five."""

    value: float
    low: float
    high: float
    smallest: float

    @property
    def is_chance(self) -> bool:
        """Chance alone may explain it."""
        return self.low <= 0 <= self.high


@dataclass(frozen=True)
class Comparison:
    """What was found. `effect` is None where there are too few people to tell.

    `plain` is the difference of everybody's changes from the level as it was measured, unmatched: it is not told as the
    effect, but has its say in whether there is one, see `finding`. `placebo` is the effect on the last span before, None
    where history is too short. `unlike` are those who got the change and are like nobody who did not; `silent` those
    without rows.
    `apart` is how far below (−) or above the others they stood before, in standard deviations.
    """

    effect: Estimate | None
    plain: Estimate | None
    placebo: Estimate | None
    people: tuple[Shown, ...]
    treated: int
    compared: int
    unlike: int
    silent: int
    apart: float | None


Finding = Literal["effect", "nothing", "unlike"]


def finding(
    effect: Estimate, plain: Estimate | None, placebo: Estimate | None, apart: float | None
) -> Finding:
    """What may be told of a comparison.

    Where the groups moved apart before already it is `unlike`, whatever comes after. An effect has to be beyond chance
    and the plain difference to point the same way. Where the groups stood apart before, both have to be beyond chance:
    drawn-in levels are wrong in one direction where people differ for good, measured ones in the other where they were
    chosen for a bad spell, and the truth lies between (Ding and Li 2019).
    """
    if placebo is not None and not placebo.is_chance:
        return "unlike"
    if effect.is_chance or plain is None or plain.value * effect.value <= 0:
        return "nothing"
    is_apart = apart is not None and abs(apart) >= APART
    return "nothing" if is_apart and plain.is_chance else "effect"


def compare(units: Sequence[Unit]) -> Comparison:
    """What the change did, by the method told above."""
    heard = [u for u in units if _rows(u.before) and u.after.rows and _level(u.before) is not None]
    heard = [u for u in heard if u.after.level is not None]
    silent = len(units) - len(heard)
    expected = _expected(heard)
    pairs = _matched(heard, expected)
    treated = [u for u in heard if u.is_treated]
    unlike = len(treated) - len(pairs)
    if expected is None or not pairs:
        return Comparison(None, None, None, (), 0, 0, unlike, silent, _apart(heard))
    shares = _shares(pairs)
    people = tuple(
        _shown(u, expected[u.key], shares[u.key])
        for u in sorted(heard, key=lambda u: u.key)
        if u.key in shares
    )
    return Comparison(
        effect=_estimate(people),
        plain=_plain(heard),
        placebo=_placebo(units),
        people=people,
        treated=sum(p.is_treated for p in people),
        compared=sum(not p.is_treated for p in people),
        unlike=unlike,
        silent=silent,
        apart=_apart(heard),
    )


def _placebo(units: Sequence[Unit]) -> Estimate | None:
    """The effect on the last span before the change, from the spans before that."""
    if any(len(u.before) <= LEAST_SPANS for u in units):
        return None
    earlier = [replace(u, before=u.before[:-1], after=u.before[-1]) for u in units]
    heard = [u for u in earlier if _rows(u.before) and u.after.level is not None]
    expected = _expected(heard)
    pairs = _matched(heard, expected)
    if expected is None or not pairs:
        return None
    shares = _shares(pairs)
    return _estimate([_shown(u, expected[u.key], shares[u.key]) for u in heard if u.key in shares])


def _expected(units: Sequence[Unit]) -> dict[str, float] | None:
    """The level of each before, drawn towards everybody's by how much of it is chance; None where that cannot be told.

    How far one person's spans lie apart says what chance does; how far people lie apart beyond that, how different
    they are (DerSimonian and Laird 1986).
    """
    chance, freedom = 0.0, 0
    for unit in units:
        own = _level(unit.before)
        spans = [(s.rows, s.level) for s in unit.before if s.level is not None]
        if own is not None and len(spans) > 1:
            chance += sum(rows * (level - own) ** 2 for rows, level in spans)
            freedom += len(spans) - 1
    if freedom < 1 or len(units) < 2 * LEAST_PEOPLE:
        return None
    chance /= freedom
    rows = {u.key: _rows(u.before) for u in units}
    levels = {u.key: _level(u.before) or 0.0 for u in units}
    every = sum(rows.values())
    middle = sum(rows[k] * levels[k] for k in rows) / every
    spread = sum(rows[k] * (levels[k] - middle) ** 2 for k in rows)
    room = every - sum(n * n for n in rows.values()) / every
    different = max(0.0, (spread - (len(units) - 1) * chance) / room) if room > 0 else 0.0
    if different == 0:
        return dict.fromkeys(levels, middle)
    if chance == 0:
        return levels
    return {
        k: middle + (levels[k] - middle) * different / (different + chance / rows[k]) for k in rows
    }


def _matched(
    units: Sequence[Unit], expected: dict[str, float] | None
) -> list[tuple[Unit, list[Unit]]]:
    """Each who got the change with those nearest in expected level, deal size and number of rows."""
    if expected is None:
        return []
    marks = _marks(units, expected)
    others = [u for u in units if not u.is_treated]
    found = []
    for unit in units:
        if not unit.is_treated:
            continue
        near = sorted(
            (sqrt(sum((a - b) ** 2 for a, b in zip(marks[unit.key], marks[o.key], strict=True))), o.key, o)
            for o in others
        )  # fmt: skip
        like = [o for distance, _, o in near[:NEIGHBOURS] if distance <= FARTHEST]
        if like:
            found.append((unit, like))
    return found


def _marks(units: Sequence[Unit], expected: dict[str, float]) -> dict[str, tuple[float, ...]]:
    """What people are matched by, each in standard deviations."""
    sizes = [log(u.size) for u in units if u.size and u.size > 0]
    usual = fmean(sizes) if sizes else 0.0
    columns = [
        [expected[u.key] for u in units],
        [log(u.size) if u.size and u.size > 0 else usual for u in units],
        [log(_rows(u.before)) for u in units],
    ]
    scaled = []
    for column in columns:
        middle, spread = fmean(column), pstdev(column)
        scaled.append([(x - middle) / spread if spread > 1e-12 else 0.0 for x in column])
    return {u.key: row for u, row in zip(units, zip(*scaled, strict=True), strict=True)}


def _shares(pairs: Sequence[tuple[Unit, list[Unit]]]) -> dict[str, float]:
    """How much each counts within their group. Who has few rows counts less, and nobody for all; who is like several
    counts for each."""
    usual = sorted(min(_rows(u.before), u.after.rows) for u, like in pairs for u in (u, *like))
    middle = max(1, usual[len(usual) // 2])

    def sure(unit: Unit) -> float:
        return 1 / (1 / _rows(unit.before) + 1 / unit.after.rows + 1 / middle)

    whole = sum(sure(unit) for unit, _ in pairs)
    shares: dict[str, float] = {}
    for unit, like in pairs:
        shares[unit.key] = sure(unit) / whole
        together = sum(map(sure, like))
        for other in like:
            more = shares[unit.key] * sure(other) / together
            shares[other.key] = shares.get(other.key, 0.0) + more
    return shares


def _shown(unit: Unit, expected: float, weight: float) -> Shown:
    return Shown(
        key=unit.key,
        is_treated=unit.is_treated,
        before=_level(unit.before) or 0.0,
        expected=expected,
        after=unit.after.level or 0.0,
        rows=unit.after.rows,
        weight=weight,
    )


def _plain(units: Sequence[Unit]) -> Estimate | None:
    """Everybody who got it against everybody who did not, from levels as they were measured."""
    groups: dict[bool, float] = {True: 0.0, False: 0.0}
    for unit in units:
        groups[unit.is_treated] += min(_rows(unit.before), unit.after.rows)
    return _estimate(
        [
            _shown(
                u,
                _level(u.before) or 0.0,
                min(_rows(u.before), u.after.rows) / groups[u.is_treated],
            )
            for u in units
        ]
    )


def _estimate(people: Iterable[Shown]) -> Estimate | None:
    """The weighted means of what was beyond the expected, apart; the interval from how far people lie around them,
    with Welch's degrees of freedom. None where either group counts for fewer than `LEAST_PEOPLE`."""
    means, variances, freedoms = [], [], []
    everybody = list(people)
    for is_treated in (True, False):
        rows = [(p.after - p.expected, p.weight) for p in everybody if p.is_treated == is_treated]
        if len(rows) < LEAST_PEOPLE or sum(w * w for _, w in rows) * (LEAST_PEOPLE - 1) > 1:
            return None
        mean = sum(w * x for x, w in rows)
        means.append(mean)
        # A share near the whole would hide its own distance from the mean it makes.
        variances.append(sum(w * w * (x - mean) ** 2 / (1 - w) for x, w in rows))
        freedoms.append(1 / sum(w * w for _, w in rows) - 1)
    error = sqrt(sum(variances))
    if error == 0:
        return None
    freedom = sum(variances) ** 2 / sum(
        v * v / f for v, f in zip(variances, freedoms, strict=True) if v > 0
    )
    degrees = max(1, int(freedom))
    sure = student_quantile(0.5 + CONFIDENCE / 2, degrees)
    value = means[0] - means[1]
    return Estimate(
        value,
        value - sure * error,
        value + sure * error,
        (sure + student_quantile(POWER, degrees)) * error,
    )


def _apart(units: Sequence[Unit]) -> float | None:
    """How far those who got the change stood from the others before, in standard deviations of people."""
    levels = [(u.is_treated, _level(u.before) or 0.0) for u in units]
    mine = [x for treated, x in levels if treated]
    others = [x for treated, x in levels if not treated]
    if not mine or not others:
        return None
    spread = pstdev([x for _, x in levels])
    return (fmean(mine) - fmean(others)) / spread if spread > 0 else 0.0


def _rows(spans: Sequence[Span]) -> int:
    return sum(s.rows for s in spans)


def _level(spans: Sequence[Span]) -> float | None:
    base = sum(s.base for s in spans)
    return sum(s.total for s in spans) / base if base else None
