"""How the deals created in a period end, by day since their creation: won, lost, or given up without a decision.

Each end competes with the others, and open deals count as far as they have come (Aalen and Johansen). So the share
won by day 90 is also right for deals of which some are younger than 90 days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from salesops.book.book import Book
from salesops.foundations.instant import in_zone
from salesops.foundations.period import Period
from salesops.foundations.survival import (
    Curve,
    Quantile,
    Seen,
    Step,
    aalen_johansen,
    kaplan_meier,
    median,
)
from salesops.pipeline.stays import TENTHS, deals_sql, values, whose_sql

ENDS: Mapping[str, str] = MappingProxyType(
    {"won": "Won", "lost": "Lost", "no_decision": "No decision"}
)
HORIZONS = (30, 90, 180, 365)  # days


@dataclass(frozen=True)
class Ends:
    """The share of the deals that ended in each way by day; `decided` is when half had ended, in whichever way."""

    over: Period
    as_of: datetime
    n: int
    n_open: int
    n_excluded: int  # created on an unknown day, or after they closed
    curves: Mapping[str, Curve]
    decided: Quantile
    last_day: float  # the furthest any deal was followed
    _rows: tuple[Seen, ...]

    def by_day(self, day: float) -> dict[str, Step] | None:
        """The shares by a day; None where no deal was followed so far."""
        if day > self.last_day:
            return None
        return {end: curve.at(day) for end, curve in self.curves.items()}

    def at_risk(self, day: float) -> int:
        """How many deals were followed to that day, not having ended before."""
        return sum(seen.count for seen in self._rows if seen.time >= day)


def ends(book: Book, over: Period | str, *, by: str = "", group: str | None = None) -> Ends:
    """How the deals created in `over` end; with `by`, those of one group."""
    period = book.period(over)
    columns = "x.outcome, x.is_closed, x.created_at, x.created_on, x.closed_at, x.closed_on"
    whose = whose_sql(by, group)
    found = book.engine.run(
        f"WITH deal AS ({deals_sql(book, by, columns)}), spanned AS (SELECT is_closed, outcome, {_SECONDS} AS seconds "
        f"FROM deal WHERE created_on >= $first AND created_on < $after AND {whose}) "
        f"SELECT CASE WHEN is_closed THEN outcome ELSE '' END, seconds // {TENTHS}, count(*) FROM spanned "
        "WHERE seconds >= 0 GROUP BY ALL UNION ALL "
        "SELECT 'excluded', NULL, count(*) FROM spanned WHERE seconds IS NULL OR seconds < 0",
        values(book, period, ()) | {"first": period.start, "after": period.end, "group": group},
    ).rows
    rows = tuple(
        Seen(tenth / 10, end, n)
        for end, tenth, n in sorted(row for row in found if row[0] != "excluded")
    )
    return Ends(
        over=period,
        as_of=in_zone(book.instant, book.calendar.time_zone),
        n=sum(seen.count for seen in rows),
        n_open=sum(seen.count for seen in rows if not seen.event),
        n_excluded=sum(n for end, _, n in found if end == "excluded"),
        curves=aalen_johansen(rows, tuple(ENDS)),
        decided=median(kaplan_meier(rows)),
        last_day=max((seen.time for seen in rows), default=0.0),
        _rows=rows,
    )


# Whole seconds as numbers of cycles count them: exact instants where both are known, else whole days.
_SECONDS = """CASE
    WHEN is_closed AND created_at IS NOT NULL AND closed_at IS NOT NULL
        THEN epoch_us(closed_at) // 1000000 - epoch_us(created_at) // 1000000
    WHEN is_closed THEN date_diff('day', created_on, closed_on) * 86400
    WHEN created_at IS NOT NULL THEN epoch_us($until) // 1000000 - epoch_us(created_at) // 1000000
    ELSE date_diff('day', created_on, $today) * 86400 END"""
