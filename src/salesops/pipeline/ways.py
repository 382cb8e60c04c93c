"""The ways deals took up to their end, each with how many were won and how long they took."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from salesops.book.book import Book
from salesops.foundations.held_equal import Unit, by_when, curve_of, median_interval
from salesops.foundations.period import Period
from salesops.pipeline.mining import CODES, passing, steps
from salesops.pipeline.process import CUT, Deals, events_of

MOST = 30


@dataclass(frozen=True)
class Way:
    """One way, without the closed stage that ended it: its deals, how many are over and were won.

    `days` with `low` and `high` are those by which half are over; deals still open count as far as they have come.
    """

    path: tuple[str, ...]
    deals: int
    over: int
    won: int
    days: int | None
    low: int | None
    high: int | None


@dataclass(frozen=True)
class Ways:
    """The commonest ways first, of `count` there are, and the deals of all of them."""

    ways: tuple[Way, ...]
    count: int
    deals: int


def ways(
    book: Book,
    period: Period | str = "all",
    *,
    deals: Deals = "created",
    activities: Collection[str] = (),
    through: Sequence[str | tuple[str, str]] = (),
    most: int = MOST,
) -> Ways:
    """The ways of the deals that `process` counts with the same arguments."""
    events, outcomes, values = events_of(book, book.period(period), deals, activities)
    kept, more = passing(through)
    rows = book.engine.run(
        f"""{steps(events, outcomes, kept)} {CUT}, way AS (
            SELECT stem, count(*) AS n, count(*) FILTER (is_over) AS over, count(*) FILTER (is_won) AS won,
                count(*) OVER () AS ways, CAST(sum(count(*)) OVER () AS BIGINT) AS every
            FROM cut GROUP BY stem ORDER BY n DESC, stem LIMIT {int(most)}
        ), lasted AS (
            SELECT stem, is_over, count(*) AS n, CAST(floor(
                (CASE WHEN is_over THEN took ELSE date_diff('microsecond', began, $now) END) / 86400000000
            ) AS BIGINT) AS days
            FROM cut GROUP BY ALL
        ), name AS (SELECT list(activity ORDER BY code) AS names FROM named)
        SELECT list_transform(w.stem, lambda step: n.names[step % {CODES}]), w.n, w.over, w.won, w.ways, w.every,
            l.days, l.is_over, l.n
        FROM way w JOIN lasted l ON l.stem = w.stem, name n ORDER BY w.n DESC, w.stem, l.days, l.is_over""",
        {**values, **more},
    ).rows
    units: dict[tuple[tuple[str, ...], int, int, int], list[Unit]] = {}
    for path, n, over, won, _, _, days, is_over, many in rows:
        key = tuple(path), int(n), int(over), int(won)
        units.setdefault(key, []).append(Unit(True, "", "", int(days), bool(is_over), int(many)))
    found = []
    for (steps_of, n, over, won), lasted in units.items():
        curve = curve_of(lasted)
        found.append(Way(steps_of, n, over, won, by_when(curve, 0.5), *median_interval(curve)))
    return Ways(tuple(found), int(rows[0][4]) if rows else 0, int(rows[0][5]) if rows else 0)


def outcomes_of_stages(book: Book) -> dict[str, str]:
    """What entering each closed stage means: won, lost or no_decision."""
    rows = book.engine.run(
        "SELECT CAST(stage AS VARCHAR), max_by(CAST(outcome AS VARCHAR), valid_from) "
        "FROM opportunity_version WHERE is_closed AND stage IS NOT NULL GROUP BY 1"
    ).rows
    return {stage: outcome or "lost" for stage, outcome in rows}
