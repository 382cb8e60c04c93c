"""What a rule would have touched, had it held in the past, and what became of those deals and of the others.

A rule looks at a deal when it enters a stage, or when it leaves one for a later stage or a win, the first time it
does, and at what was recorded of it at that instant: never at what came later. It would have stopped the deals it
is true of. What became of them without it says what is at stake, and not what the rule would have done; `told` says
both in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from salesops.book.book import Book
from salesops.book.condition import condition_on_a_state, narrowed_history
from salesops.book.deletion import DELETED_NOW
from salesops.book.history import KNOWN_THEN, MADE_OF, history_from, kept_of_the_past
from salesops.foundations.clustered import Difference, Tally, difference
from salesops.foundations.instant import bare, in_zone
from salesops.foundations.period import Period
from salesops.foundations.problem import Refusal
from salesops.foundations.statistics import median_ranks, wilson

Moment = Literal["entering", "leaving"]
MOMENTS: tuple[Moment, ...] = ("entering", "leaving")
# A rule must not read how a deal ended, or it would foretell it.
_HOW_IT_ENDED = frozenset(
    {"outcome", "is_closed", "is_won", "closed_on", "closed_at", "loss_reason"}
)


@dataclass(frozen=True)
class Rule:
    """Stop deals when they are `entering` or `leaving` the stage and `criterion` is true of them."""

    stage: str
    moment: Moment
    criterion: str


@dataclass(frozen=True)
class Fate:
    """What became of a group of deals; `gone` were deleted. Money in minor units of the reporting currency.

    `share` is won of won and lost, with its interval; `days` the median from the instant the rule looked at them
    until they were won, with its interval. Each None for nothing.
    """

    deals: int
    won: int
    lost: int
    open: int
    gone: int
    won_minor: int | None
    lost_minor: int | None
    open_minor: int | None
    share: float | None
    low: float | None
    high: float | None
    days: float | None
    days_low: int | None
    days_high: int | None


@dataclass(frozen=True)
class Replay:
    """The touched deals against the others that came the same way; of `unknown` ones the rule cannot tell.

    `apart` is the difference of their won shares, `alike` the same with deals of the same quarter and size compared.
    """

    rule: Rule
    over: Period
    since: date  # history is whole from this day
    as_of: datetime
    currency: str
    touched: Fate
    others: Fate
    unknown: int
    apart: Difference | None
    alike: Difference | None


@dataclass(frozen=True)
class Looked:
    """One deal the rule looked at: when, what it was worth then, and what became of it."""

    id: str
    name: str
    at: datetime
    owner: str | None
    minor: int | None
    fate: str  # won, lost, open or gone
    end_minor: int | None


def replay(book: Book, rule: Rule, over: Period | str = "all") -> Replay:
    """Apply the rule to every deal that entered or left its stage in the period.

    Raises Refusal where history cannot tell: for a stage no deal was in, and for a rule that reads what is only
    known as it is now.
    """
    asked = _Asked.of(book, rule, book.period(over))
    rows = asked.run(
        "SELECT touched, owner_id, quarter, is_large, fate, count(*) AS deals, sum(end_minor) AS minor "
        "FROM told GROUP BY ALL"
    )
    days = asked.run(
        "SELECT touched, date_sub('day', moment, coalesce(closed_at, CAST(closed_on AS TIMESTAMP))) AS days, "
        "count(*) AS deals FROM told WHERE fate = 'won' AND touched IS NOT NULL GROUP BY ALL"
    )
    groups = {
        touched: _fate(
            [r for r in rows if r["touched"] is touched],
            [r for r in days if r["touched"] is touched],
        )
        for touched in (True, False)
    }
    return Replay(
        rule=rule,
        over=asked.over,
        since=asked.since,
        as_of=in_zone(book.instant, book.calendar.time_zone),
        currency=book.facts.currency,
        touched=groups[True],
        others=groups[False],
        unknown=sum(r["deals"] for r in rows if r["touched"] is None),
        apart=difference(_tallies(rows)),
        alike=difference(_tallies(rows, ("quarter", "is_large"))),
    )


def looked_at(
    book: Book,
    rule: Rule,
    over: Period | str = "all",
    *,
    touched: bool | None = True,
    fate: str = "",
    limit: int = 100,
    offset: int = 0,
) -> list[Looked]:
    """The deals of a group, the most valuable first; with `fate` those that became that. None: of which it cannot tell."""
    asked = _Asked.of(book, rule, book.period(over))
    whose = "touched IS NOT DISTINCT FROM $touched" + (" AND fate = $fate" if fate else "")
    rows = asked.run(
        f"SELECT t.*, coalesce(o.name, d.name, t.id) AS name FROM (SELECT * FROM told WHERE {whose} ORDER BY "
        f"coalesce(end_minor, minor, -1) DESC, id LIMIT {int(limit)} OFFSET {int(offset)}) t "
        f"LEFT JOIN opportunity o ON o.id = t.id LEFT JOIN {DELETED_NOW} d ON d.id = t.id "
        "ORDER BY coalesce(t.end_minor, t.minor, -1) DESC, t.id",
        {"touched": touched, "fate": fate},
    )
    zone = book.calendar.time_zone
    return [
        Looked(
            id=r["id"],
            name=r["name"],
            at=in_zone(r["moment"], zone),
            owner=r["owner_id"],
            minor=_whole(r["minor"]),
            fate=r["fate"],
            end_minor=_whole(r["end_minor"]),
        )
        for r in rows
    ]


@dataclass(frozen=True)
class _Asked:
    """A rule that history can answer, as the common table `told`: one row a deal it looked at."""

    book: Book
    over: Period
    since: date
    tables: str
    values: Mapping[str, Any]

    @classmethod
    def of(cls, book: Book, rule: Rule, over: Period) -> _Asked:
        history = history_from(book, "a rule cannot be tried on it")
        if rule.moment not in MOMENTS:
            raise Refusal(f"A rule looks at deals when {' or '.join(MOMENTS)} a stage.")
        touched = _touches(book, rule.criterion)
        _refuse_unknown_stage(book, rule.stage)
        start, end = over.instants(book.calendar.time_zone)
        values = {
            "stage": rule.stage,
            "now": bare(book.instant),
            "start": max(bare(start), datetime(1, 1, 2)),  # noqa: DTZ001  as the book has instants
            "end": bare(end),
        }
        since = book.as_of(history).today + timedelta(days=1)
        return cls(book, over, since, _tables(book, rule, touched), values)

    def run(self, text: str, more: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows that `text` finds in `told`."""
        found = self.book.engine.run(f"{self.tables} {text}", {**self.values, **(more or {})})
        return found.dicts()


def _touches(book: Book, text: str) -> str:
    """The rule's condition over a state `v`. Refuses what was not known of a deal at the time."""
    condition, columns = condition_on_a_state(book, text)
    ended = [c for c in columns if c in _HOW_IT_ENDED]
    if ended:
        raise Refusal(
            f"“{ended[0]}” says how a deal ended, which nobody knew when the rule would have looked at it."
        )
    asked = {c: MADE_OF.get(c, c) for c in columns if c not in KNOWN_THEN}
    kept = kept_of_the_past(book, asked.values())
    lost = [c for c, made_of in asked.items() if made_of not in kept]
    if lost:
        raise Refusal(
            f"History keeps no former values of “{lost[0].removesuffix('_minor')}”: it is known as it is now, "
            "and not as it was when the rule would have looked at it."
        )
    return condition


def _refuse_unknown_stage(book: Book, stage: str) -> None:
    found = book.engine.run(
        "SELECT 1 FROM opportunity_version WHERE stage = $stage LIMIT 1", {"stage": stage}
    ).rows
    if not found:
        raise Refusal(f"No deal was ever in a stage “{stage}”. Choose one that deals were in.")


def _tables(book: Book, rule: Rule, touched: str) -> str:
    where = f"AND {narrowed_history(book)}"
    looked = _ENTERING if rule.moment == "entering" else _LEAVING
    return looked.format(touched=touched, where=where) + _TOLD


# The first time only, so that each deal is looked at once.
_ENTERING = """
    WITH looked AS (
        SELECT v.opportunity_id AS id, v.valid_from AS moment, v.owner_id, v.value_minor AS minor, {touched} AS touched
        FROM opportunity_version v
        WHERE v.stage = $stage AND v.is_stage_entry AND v.valid_from <= $now {where}
    )"""
_LEAVING = """
    WITH step AS (
        SELECT *, lag(stage) OVER life AS former, lag(stage_position) OVER life AS former_position,
            lag(is_closed) OVER life AS was_closed
        FROM opportunity_version
        WHERE opportunity_id IN (SELECT opportunity_id FROM opportunity_version WHERE stage = $stage)
            AND valid_from <= $now
        WINDOW life AS (PARTITION BY opportunity_id ORDER BY valid_from)
    ), looked AS (
        SELECT v.opportunity_id AS id, v.valid_from AS moment, v.owner_id, v.value_minor AS minor, {touched} AS touched
        FROM step v
        WHERE v.former = $stage AND NOT v.was_closed AND v.stage <> $stage AND v.change_source = 'history'
            AND (v.is_won OR NOT v.is_closed AND v.stage_position > v.former_position) {where}
        QUALIFY row_number() OVER (PARTITION BY v.opportunity_id ORDER BY v.valid_from) = 1
    )"""
_TOLD = """, within AS MATERIALIZED (
        SELECT l.*, c.quarter, l.minor > median(l.minor) OVER () AS is_large
        FROM (SELECT * FROM looked WHERE moment >= $start AND moment < $end) l
        LEFT JOIN calendar c ON c.day = CAST(l.moment AS DATE)
    ), told AS (
        SELECT w.*, e.value_minor AS end_minor, e.closed_at, e.closed_on,
            CASE WHEN e.opportunity_id IS NULL THEN 'gone' WHEN NOT e.is_closed THEN 'open'
                WHEN e.is_won THEN 'won' ELSE 'lost' END AS fate
        FROM within w LEFT JOIN (
            SELECT * FROM opportunity_version WHERE valid_from <= $now AND valid_to > $now
        ) e ON e.opportunity_id = w.id
    )"""


def _fate(rows: Sequence[Mapping[str, Any]], days: Sequence[Mapping[str, Any]]) -> Fate:
    def deals(fate: str) -> int:
        return sum(r["deals"] for r in rows if r["fate"] == fate)

    def minor(fate: str) -> int | None:
        said = [int(r["minor"]) for r in rows if r["fate"] == fate and r["minor"] is not None]
        return sum(said) if said else None

    won, lost = deals("won"), deals("lost")
    interval = wilson(won, won + lost)
    median, low, high = _median({max(0, r["days"]): r["deals"] for r in days})
    return Fate(
        deals=sum(r["deals"] for r in rows),
        won=won,
        lost=lost,
        open=deals("open"),
        gone=deals("gone"),
        won_minor=minor("won"),
        lost_minor=minor("lost"),
        open_minor=minor("open"),
        share=won / (won + lost) if interval else None,
        low=interval[0] if interval else None,
        high=interval[1] if interval else None,
        days=median,
        days_low=low,
        days_high=high,
    )


def _median(counts: Mapping[int, int]) -> tuple[float | None, int | None, int | None]:
    """The median of counted days and the interval it lies in, by order statistics."""
    n = sum(counts.values())
    if n == 0:
        return None, None, None

    def at(rank: int) -> int:
        seen = 0
        for day in sorted(counts):
            seen += counts[day]
            if seen >= rank:
                return day
        raise ValueError(f"There is no rank {rank} among {n}.")

    ranks = median_ranks(n)
    low, high = (at(ranks[0]), at(ranks[1])) if ranks else (None, None)
    return (at((n + 1) // 2) + at(n // 2 + 1)) / 2, low, high


def _tallies(rows: Sequence[Mapping[str, Any]], kind: Sequence[str] = ()) -> list[Tally]:
    """Won among won and lost, by seller and kind."""
    return [
        Tally(
            seller=r["owner_id"],
            kind=tuple(r[k] for k in kind),
            touched=r["touched"],
            hits=r["deals"] if r["fate"] == "won" else 0,
            deals=r["deals"],
        )
        for r in rows
        if r["fate"] in ("won", "lost") and r["touched"] is not None
    ]


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)
