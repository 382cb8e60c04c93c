"""Where something takes longer or goes wrong more often than it did, or than it does elsewhere: many looks, counted as many.

Each look compares a group with others of the same mix. All are screened in the database; those that come near are asked
for their units, so that what one seller alone does is not held to be the organisation's doing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Any

from salesops.book.book import Book
from salesops.book.engine import Ask
from salesops.foundations.discoveries import discoveries
from salesops.foundations.held_equal import Apart, Unit, apart
from salesops.foundations.tails import student_tail
from salesops.pipeline.visits import values

LEAST_HERE, LEAST_THERE = 25, 50
QUARTERS_BEFORE = 4  # with which a quarter is compared: every season once
QUARTERS_BACK = 8  # that are looked at
MOST_TEAMS = 40
RATE = 0.01  # of what is found, at most so much is false; where nothing is to be found, something is in so many books
NEAR = 2.0  # standard deviations from which a look is looked at closer
MANY = 1_000_000.0

# What is looked at in the table `visit`: days stayed; and, of stays that are over within the days most take, how many ended
# badly.
UNITS = """
    WITH horizon AS (SELECT place, quantile_disc(days, 0.9) AS within FROM visit WHERE is_over GROUP BY place),
    settled AS (
        SELECT v.* FROM visit v JOIN horizon h USING (place)
        WHERE v.is_over AND v.days <= h.within AND epoch_us(v.entered_at) <= epoch_us($now) - h.within * 86400000000
    ), unit AS MATERIALIZED (
        SELECT place, 'wait' AS measure, quarter, team, stratum, owner, days, is_over AS hit
        FROM (SELECT * FROM visit WHERE place <> $lead UNION ALL SELECT * FROM settled WHERE place = $lead)
        UNION ALL SELECT place, 'drop_out', quarter, team, stratum, owner, 0, lost FROM settled WHERE place <> $lead
        UNION ALL SELECT place, 'rework', quarter, team, stratum, owner, 0, went_back FROM settled
        WHERE place NOT IN ($owner, $team, $lead)
    )
"""
_SCREEN = f"""
    , last AS (SELECT max(quarter) AS number FROM unit),
    many AS (
        SELECT team FROM unit, last WHERE quarter > number - {QUARTERS_BEFORE} AND team IS NOT NULL
        GROUP BY team ORDER BY count(*) DESC, team LIMIT {MOST_TEAMS}
    ), cell AS (
        SELECT place, measure, '' AS team, quarter + s AS key, s = 0 AS is_here, stratum, days, hit, count(*) AS n
        FROM unit, (SELECT unnest(range({QUARTERS_BEFORE + 1})) AS s) GROUP BY ALL
        UNION ALL
        SELECT place, measure, m.team, number AS key, u.team = m.team AS is_here, stratum, days, hit, sum(n) AS n
        FROM (SELECT place, measure, team, stratum, days, hit, number, count(*) AS n FROM unit, last
            WHERE quarter > number - {QUARTERS_BEFORE} AND team IS NOT NULL GROUP BY ALL) u, many m
        GROUP BY ALL
    ), look AS (
        SELECT place, measure, team, key FROM cell, last WHERE is_here AND key <= number AND key > number - {QUARTERS_BACK}
        GROUP BY ALL HAVING sum(n) >= {LEAST_HERE}
    ), day AS (
        SELECT place, measure, team, key, stratum, days, sum(n) AS n, sum(n) FILTER (is_here) AS n_here,
            coalesce(sum(n) FILTER (hit), 0) AS d, coalesce(sum(n) FILTER (hit AND is_here), 0) AS d_here
        FROM cell JOIN look USING (place, measure, team, key) GROUP BY ALL
    ), risk AS (
        SELECT *, sum(n) OVER after AS r, coalesce(sum(n_here) OVER after, 0) AS r_here,
            sum(n) OVER whole AS all_n, coalesce(sum(n_here) OVER whole, 0) AS all_here
        FROM day WINDOW after AS (PARTITION BY place, measure, team, key, stratum ORDER BY days DESC),
            whole AS (PARTITION BY place, measure, team, key, stratum)
    )
    SELECT place, measure, team, key, sum(d * r_here / r - d_here) AS lacking,
        sum(d * (r_here / r) * (1 - r_here / r) * (r - d) / greatest(1, r - 1)) AS variance,
        sum(n_here) AS here, sum(n) - sum(n_here) AS there
    FROM risk WHERE all_here BETWEEN 1 AND all_n - 1 GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True)
class Look:
    """One comparison: of a place's quarters `first` to `last` with the four before `base`, or of a team with all others.

    `measure` is wait, drop_out or rework. Quarters are numbers in the order of the calendar.
    """

    place: str
    measure: str
    team: str
    first: int
    last: int
    base: int


@dataclass(frozen=True)
class Seen:
    """A look that is no work of chance: its units, how far apart they are, and the lowest rate at which it is found."""

    look: Look
    units: tuple[Unit, ...]
    apart: Apart
    rate: float
    looks: int


def look_everywhere(book: Book, ask: Ask) -> tuple[list[Seen], int]:
    """The looks that chance does not explain, the surest first, and how many were taken; `ask` is of `visiting`."""
    rows = ask(f"{UNITS} {_SCREEN}", values(book)).rows
    chances: dict[Look, float] = {}
    near: list[Look] = []
    for place, measure, team, key, lacking, variance, here, there in rows:
        if here < LEAST_HERE or there < LEAST_THERE or variance <= 0:
            continue
        first = int(key) - QUARTERS_BEFORE + 1 if team else int(key)
        look = Look(place, measure, team, first, int(key), first)
        z = worse(measure) * float(lacking) / sqrt(float(variance))
        chances[look] = student_tail(z, MANY)
        if z >= NEAR:
            near.append(look)
    closer: dict[Look, tuple[tuple[Unit, ...], Apart]] = {}
    for look, units in units_of(book, ask, near).items():
        found = apart(units)
        closer[look] = units, found
        # Spread between sellers can only make a look less sure than it was among single deals.
        chances[look] = max(chances[look], surely_worse(found, look.measure))
    sure = discoveries(chances, RATE)
    seen = [Seen(k, *closer[k], rate, len(chances)) for k, rate in sure.items() if k in closer]
    return seen, len(chances)


def worse(measure: str) -> int:
    """Which way is worse: to lack endings of a stay, or to have more of what ends badly."""
    return 1 if measure == "wait" else -1


def surely_worse(found: Apart, measure: str) -> float:
    """The chance of being at least so much worse, were both alike."""
    return found.chance if measure == "wait" else replace(found, lacking=-found.lacking).chance


def units_of(book: Book, ask: Ask, looks: Sequence[Look]) -> Mapping[Look, tuple[Unit, ...]]:
    """The units that each look compares."""
    if not looks:
        return {}
    asked = {
        name: [getattr(look, name) for look in looks]
        for name in ("place", "measure", "team", "first", "last", "base")
    }
    columns = ", ".join(f"unnest($look_{name}) AS of_{name}" for name in asked)
    here = "CASE WHEN of_team <> '' THEN u.team = of_team ELSE u.quarter BETWEEN of_first AND of_last END"
    rows = ask(
        f"{UNITS}, asked AS (SELECT unnest(range({len(looks)})) AS n, {columns}) "
        f"SELECT n, {here} AS is_here, stratum, owner, days, hit, count(*) FROM unit u "
        "JOIN asked ON u.place = of_place AND u.measure = of_measure WHERE CASE WHEN of_team <> '' "
        "THEN u.team IS NOT NULL AND u.quarter BETWEEN of_first AND of_last "
        f"ELSE u.quarter BETWEEN of_first AND of_last OR u.quarter BETWEEN of_base - {QUARTERS_BEFORE} AND of_base - 1 "
        "END GROUP BY ALL ORDER BY ALL",
        values(book) | {f"look_{name}": held for name, held in asked.items()},
    ).rows
    found: dict[Look, list[Unit]] = {look: [] for look in looks}
    for n, *unit in rows:
        found[looks[n]].append(_unit(unit))
    return {look: tuple(units) for look, units in found.items()}


def _unit(row: Sequence[Any]) -> Unit:
    is_here, stratum, owner, days, hit, count = row
    return Unit(bool(is_here), stratum, owner, int(days), bool(hit), int(count))
