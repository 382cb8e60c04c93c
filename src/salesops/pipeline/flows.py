"""What flows through each place deals can wait in: how long they stay, how many wait, come, go, return and are lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from salesops.book.book import Book
from salesops.book.engine import Ask
from salesops.foundations.held_equal import Unit, by_when, curve_of, median_interval
from salesops.foundations.statistics import wilson
from salesops.pipeline.looks import UNITS
from salesops.pipeline.visits import LEAD, OWNER, TEAM, values, visiting

RECENT = 91  # days, of arrivals and departures
POINTS, APART = 13, timedelta(weeks=4)  # at which a queue is counted: a year and now


@dataclass(frozen=True)
class Share:
    """So many of so many, with the interval; None where there are none."""

    hit: int
    n: int

    @property
    def value(self) -> float | None:
        """The share."""
        return self.hit / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """How far chance alone could have moved it, with 95 %."""
        return wilson(self.hit, self.n)


@dataclass(frozen=True)
class Flow:
    """One place over the last year.

    `median` with `low` and `high` are the days by which half have left, `quarter` and `three_quarters` those by which a
    quarter and three have: between these lies the middle half. `queue` is how many waited every four weeks, the last is now;
    None where nobody knows who waits. `arrived` and `left` are of the last 91 days. `dropped` and `returned` are of stays
    that had as long as most take.
    """

    place: str
    entered: int
    median: int | None
    low: int | None
    high: int | None
    quarter: int | None
    three_quarters: int | None
    queue: tuple[int, ...] | None
    arrived: int
    left: int
    dropped: Share | None
    returned: Share | None


def flows(book: Book, ask: Ask | None = None) -> list[Flow]:
    """Every place, in the order deals go through them. Raises Refusal where the book holds no history.

    `ask` is of `visiting`, where one is at hand.
    """
    asked = values(book)
    asked |= {
        "points": [asked["now"] - APART * n for n in reversed(range(POINTS))],
        "recent": asked["now"] - timedelta(days=RECENT),
    }
    with visiting(book, ask) as asks:
        counted = asks(
            f"""{UNITS}, coming AS (
            SELECT place, count(*) FILTER (entered_at >= $year_ago) AS entered,
                count(*) FILTER (entered_at >= $recent) AS arrived, count(*) FILTER (left_at >= $recent) AS left
            FROM visit GROUP BY place
        ), ended AS (
            SELECT place, count(*) AS n, count(*) FILTER (lost) AS lost, count(*) FILTER (went_back) AS went_back
            FROM settled WHERE entered_at >= $year_ago GROUP BY place
        ), point AS (SELECT unnest($points) AS moment), queue AS (
            SELECT place, list(n ORDER BY moment) AS held FROM (
                SELECT place, moment, count(*) FILTER (
                    entered_at <= moment AND (left_at IS NULL OR left_at > moment)) AS n
                FROM visit, point GROUP BY place, moment
            ) GROUP BY place
        ), lasted AS (
            SELECT place, list([days, CAST(is_over AS BIGINT), n] ORDER BY days, is_over) AS held FROM (
                SELECT place, CAST(days AS BIGINT) AS days, is_over, count(*) AS n FROM visit
                WHERE entered_at >= $year_ago GROUP BY ALL
            ) GROUP BY place
        )
        SELECT c.place, c.entered, c.arrived, c.left, e.n, e.lost, e.went_back, q.held, l.held
        FROM coming c LEFT JOIN ended e USING (place) LEFT JOIN queue q USING (place)
        LEFT JOIN lasted l USING (place)
        LEFT JOIN (SELECT stage, min(position) AS position FROM pipeline_stage GROUP BY stage) s ON s.stage = c.place
        ORDER BY c.place <> $lead, c.place IN ($owner, $team), s.position NULLS LAST, c.place""",
            asked,
        ).rows
    return [_flow(row) for row in counted]


def _flow(row: tuple[Any, ...]) -> Flow:
    place, entered, arrived, left, n, lost, went_back, queue, lasted = row
    # Stays that go on count as far as they have come.
    curve = curve_of(
        Unit(True, "", "", days, bool(over), many) for days, over, many in lasted or ()
    )
    low, high = median_interval(curve)
    is_stage = place not in (OWNER, TEAM, LEAD)
    return Flow(
        place=place,
        entered=entered,
        median=by_when(curve, 0.5),
        low=low,
        high=high,
        quarter=by_when(curve, 0.25),
        three_quarters=by_when(curve, 0.75),
        queue=None if place == LEAD else tuple(int(q) for q in queue),
        arrived=arrived,
        left=left,
        dropped=None if place == LEAD else Share(lost or 0, n or 0),
        returned=Share(went_back or 0, n or 0) if is_stage else None,
    )
