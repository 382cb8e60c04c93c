"""Deals won for each month that people were there to win them, by quarter, team and how new they were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from salesops.book.book import Book
from salesops.book.condition import narrowing
from salesops.foundations.period import Period
from salesops.pipeline.compared_deals import reading, within_reach
from salesops.pipeline.mix import Levels
from salesops.pipeline.stays import as_of_sql

NEW_FOR = 182  # days for which somebody is new
DAYS_A_MONTH = 365.2425 / 12


@dataclass(frozen=True)
class Stint:
    """A stretch of somebody's time in one quarter, on one team and either new or not: days, and what was won in them."""

    person: str
    team: str
    quarter: str
    is_new: bool
    days: int
    won: int
    won_minor: int

    @property
    def months(self) -> float:
        """The days as months of average length."""
        return self.days / DAYS_A_MONTH

    def levels(self, by: str) -> Levels:
        """What the stretch is compared within; teams are not compared within themselves."""
        ramp = "new" if self.is_new else "settled"
        return (self.quarter, ramp) if by == "team" else (self.quarter, ramp, self.team)

    def whose(self, by: str) -> str:
        """The group it counts for."""
        return self.team if by == "team" else self.person


def stints(book: Book, over: Period, people: Mapping[str, Any]) -> list[Stint]:
    """The stretches of the people whose first day is known, from the first closed deal of all to the book's day."""
    values: dict[str, Any] = reading(book)
    deals = f"{as_of_sql(book)} x WHERE x.is_won AND {within_reach(book)} AND {narrowing(book)}"
    ((first,),) = book.engine.run(
        f"SELECT min(x.closed_on) FROM {as_of_sql(book)} x WHERE x.is_closed", values
    ).rows
    begins, ends = _span(book, over, first)
    if first is None or begins >= ends or not people:
        return []
    quarters = book.calendar.series("quarter", begins, ends)
    rows = book.engine.run(
        f"""WITH quarter AS (SELECT unnest($labels) AS label, unnest($starts) AS starts, unnest($ends) AS ends),
        won AS (SELECT x.owner_id, x.closed_on, x.value_minor FROM {deals}),
        seat AS (
            SELECT p.id, coalesce(m.team, p.team, '') AS team, p.hired_on,
                greatest(p.hired_on, m.valid_from, $begins) AS starts, least(p.left_on, m.valid_to, $until_day) AS ends
            FROM person p LEFT JOIN team_membership m ON m.person_id = p.id
            WHERE p.hired_on IS NOT NULL AND list_contains($people, p.id)
        ), ramp AS (
            SELECT id, team, starts, least(ends, hired_on + {NEW_FOR}) AS ends, true AS is_new FROM seat
            UNION ALL SELECT id, team, greatest(starts, hired_on + {NEW_FOR}), ends, false FROM seat
        ), stint AS (
            SELECT r.id, r.team, q.label, r.is_new, greatest(r.starts, q.starts) AS starts, least(r.ends, q.ends) AS ends
            FROM ramp r JOIN quarter q ON q.starts < r.ends AND q.ends > r.starts WHERE r.starts < r.ends
        )
        SELECT s.id, s.team, s.label, s.is_new, date_diff('day', s.starts, s.ends), count(w.closed_on),
            coalesce(sum(w.value_minor), 0)
        FROM stint s LEFT JOIN won w ON w.owner_id = s.id AND w.closed_on >= s.starts AND w.closed_on < s.ends
        GROUP BY s.id, s.team, s.label, s.is_new, s.starts, s.ends ORDER BY ALL""",
        values
        | {
            "labels": [q.label for q in quarters],
            "starts": [q.start for q in quarters],
            "ends": [q.end for q in quarters],
            "begins": begins,
            "until_day": ends,
            "people": list(people),
        },
    ).rows
    return [
        Stint(person, team, quarter, is_new, int(days), int(won), int(minor))
        for person, team, quarter, is_new, days, won, minor in rows
    ]


def _span(book: Book, over: Period, first: date | None) -> tuple[date, date]:
    """The days that are looked at: of which anything is known."""
    begins = max(over.start, first or over.start)
    return begins, min(over.end, book.today + timedelta(days=1))
