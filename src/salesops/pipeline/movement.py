"""What changed in the open pipeline between two moments: a bridge that balances to the minor unit.

The pipeline at a moment is what the number *open pipeline* is then: open deals in qualified stages, or with
`closing` those of them meant to close in a period. Two readings of the same span:

- `ends` compares the two moments. A deal is in one box: the first of those below that is true of it.
- `events` takes every change between them on its own, so that a deal pushed out and pulled in again is in both.

In both, what leaves does so with the value it had, what comes with the value it has then, and what stays with
the difference; so opening and boxes are the closing, whatever the rows. Close dates that were moved of deals that
stay move no money and stand beside the boxes. All is worth what its currency was worth
at the end of the span; what rates alone did to the opening is a box of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, Literal

from salesops.book.book import Book
from salesops.book.condition import narrowed_history
from salesops.book.deletion import DELETED_NOW, DELETION
from salesops.book.history import history_from
from salesops.foundations.instant import bare, in_zone
from salesops.foundations.period import Period
from salesops.foundations.problem import Refusal
from salesops.pipeline.stays import whose_sql

Reading = Literal["ends", "events"]
Organisation = Literal["now", "then"]

# In the order in which a bridge shows them; within each direction the one told first that is true.
BOXES: Mapping[str, str] = MappingProxyType(
    {
        "currency": "Currency",
        "created": "Created",
        "reopened": "Reopened",
        "brought_back": "Brought back",
        "qualified": "Newly qualified",
        "pulled_in": "Pulled in",
        "pushed_in": "Pushed in",
        "came": "Taken over",
        "increased": "Increased",
        "decreased": "Decreased",
        "went": "Handed over",
        "pulled_out": "Pulled out",
        "pushed_out": "Pushed out",
        "unqualified": "No longer qualified",
        "deleted": "Deleted",
        "lost": "Lost",
        "won": "Won",
    }
)
# What happened to deals that stay and moved no money.
DATES: Mapping[str, str] = MappingProxyType({"later": "Closes later", "earlier": "Closes earlier"})
# How a bridge may be split, and the state's column that is looked at.
GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "team": "team",
        "person": "owner_id",
        "stage": "stage",
        "forecast_category": "forecast_category",
        "source": "source",
        "type": "type",
    }
)
_OF_PEOPLE = ("team", "person")
# What a deal gets into by what its stage means.
_OF_MEANING = ("qualified", "unqualified", "reopened", "won", "lost")


@dataclass(frozen=True)
class Box:
    """What one kind of change did: `minor` with its sign, by how many changes of how many deals."""

    name: str
    minor: int
    changes: int
    deals: int


@dataclass(frozen=True)
class Bridge:
    """One group's way from opening to closing, in minor units of the reporting currency; without empty boxes.

    `dates` are the moved close dates of deals that stay, with what these are worth at each move.
    """

    key: str | None
    label: str
    opening: int
    opening_deals: int
    boxes: tuple[Box, ...]
    closing: int
    closing_deals: int
    dates: tuple[Box, ...] = ()

    @property
    def rows(self) -> list[tuple[str, int, int, int | None]]:
        """The bridge as a table: opening, boxes, closing; each with value, deals and, of a box, changes."""
        boxes = [(b.name, b.minor, b.deals, b.changes) for b in self.boxes]
        opening = ("opening", self.opening, self.opening_deals, None)
        return [opening, *boxes, ("closing", self.closing, self.closing_deals, None)]

    def box(self, name: str) -> Box:
        """The box of that name, empty where there is none."""
        return next((b for b in (*self.boxes, *self.dates) if b.name == name), Box(name, 0, 0, 0))


@dataclass(frozen=True)
class Movement:
    """A span's bridges, the whole first. `opens` and `closes` are the two moments, in the organisation's zone."""

    over: Period
    closing: Period | None
    reading: Reading
    by: str
    organisation: Organisation
    opens: datetime
    closes: datetime
    currency: str
    whole: Bridge
    groups: tuple[Bridge, ...]

    def words(self, box: str) -> str:
        """What a box is called where the bridge is split."""
        if box in ("came", "went") and self.by not in _OF_PEOPLE:
            return "Moved in" if box == "came" else "Moved out"
        return BOXES[box] if box in BOXES else DATES[box]


@dataclass(frozen=True)
class Move:
    """One change of one deal: its box, when it was seen, and the value before and after, each None for nothing."""

    id: str
    name: str
    box: str
    at: datetime | None  # None where only the two ends are compared
    minor: int
    before: int | None
    after: int | None
    close_before: date | None
    close_after: date | None
    stage_before: str | None
    stage_after: str | None

    @property
    def is_by_meaning(self) -> bool:
        """It stayed in its stage, which came to mean something else."""
        is_same = self.stage_before is not None and self.stage_before == self.stage_after
        return is_same and self.box in _OF_MEANING


def movement(
    book: Book,
    over: Period | str,
    *,
    closing: Period | str | None = None,
    reading: Reading = "ends",
    by: str = "",
    organisation: Organisation = "now",
) -> Movement:
    """What changed in the days of `over`, up to what the book knows.

    `closing` narrows to deals meant to close in a period. `by` is one of `GROUPS`; a deal that went from one group
    to another leaves the one and comes to the other. `organisation` tells under which teams: as they are at the end
    of the span, or at each end as they were `then`, which only `ends` can tell.

    Raises Refusal where history does not reach the first day, where the span lies ahead, and for what cannot be split.
    """
    asked = _Asked.of(book, over, closing, reading, by, organisation)
    cells: dict[Any, dict[str, Box]] = {}
    for row in _run(book, asked, _SUMS, _OF_A_SUM).dicts():
        box = Box(row["box"], int(row["minor"]), int(row["changes"]), int(row["deals"]))
        cells.setdefault(row["g"], {})[box.name] = box
    keys = [k for k in cells if k != _WHOLE]
    labels = book.names_of(by, keys) if by else {}
    bridges = [_bridge(k, labels[k], cells[k]) for k in keys]
    bridges.sort(key=lambda b: (b.key is None, -max(b.opening, b.closing), b.label))
    zone = book.calendar.time_zone
    return Movement(
        over=asked.over,
        closing=asked.closing,
        reading=reading,
        by=by,
        organisation=organisation,
        opens=in_zone(asked.since, zone),
        closes=in_zone(asked.until, zone),
        currency=book.facts.currency,
        whole=_bridge(None, "", cells.get(_WHOLE, {})),
        groups=tuple(bridges) if by else (),
    )


def moves(
    book: Book,
    over: Period | str,
    box: str = "",
    *,
    closing: Period | str | None = None,
    reading: Reading = "ends",
    by: str = "",
    group: str | None = None,
    organisation: Organisation = "now",
    limit: int = 100,
    offset: int = 0,
) -> list[Move]:
    """The changes in a box, the largest first; with `by`, those of one group. Of `DATES`, `minor` is what the deal is worth.

    Without a box those of all of them but *currency*, which is what happened to no deal.
    """
    if box and box not in BOXES and box not in DATES:
        raise Refusal(f"A bridge has no box “{box}”. It has {', '.join((*BOXES, *DATES))}.")
    asked = _Asked.of(book, over, closing, reading, by, organisation)
    which = "box = $box" if box else "box NOT IN ('currency', 'later', 'earlier')"
    whose = whose_sql(by, group) if by else "g = $whole"
    found = _run(
        book,
        asked,
        f", these AS (SELECT * FROM move WHERE {which} AND {whose} "
        f"ORDER BY abs(minor) DESC, id, moved_at LIMIT {int(limit)} OFFSET {int(offset)}) "
        "SELECT s.*, coalesce(o.name, d.name, s.id) AS name FROM these s "
        "LEFT JOIN (SELECT id, name FROM opportunity WHERE id IN (SELECT id FROM these)) o ON o.id = s.id "
        f"LEFT JOIN {DELETED_NOW} d ON d.id = s.id "
        "ORDER BY abs(s.minor) DESC, s.id, s.moved_at",
        _OF_A_MOVE,
        {"box": box, **({"group": group} if by and group is not None else {})},
    )
    zone = book.calendar.time_zone
    return [
        Move(
            id=row["id"],
            name=row["name"],
            box=row["box"],
            at=in_zone(row["moved_at"], zone) if reading == "events" and row["moved_at"] else None,
            minor=int(row["minor"]),
            before=None if row["before"] is None else int(row["before"]),
            after=None if row["after"] is None else int(row["after"]),
            close_before=row["close_before"],
            close_after=row["close_after"],
            stage_before=row["stage_before"],
            stage_after=row["stage_after"],
        )
        for row in found.dicts()
    ]


_WHOLE = "\x02"  # the group of all groups; no value of a column is it
_SUMS = (
    "SELECT g, box, sum(minor) AS minor, count(*) AS changes, count(DISTINCT id) AS deals "
    "FROM (SELECT id, g, box, minor FROM move UNION ALL SELECT id, g, box, minor FROM end_of) GROUP BY g, box"
)


@dataclass(frozen=True)
class _Asked:
    """A question with its moments found: `since` and `until` are the last instants before and of the span, in UTC."""

    over: Period
    closing: Period | None
    reading: Reading
    by: str
    organisation: Organisation
    since: datetime
    until: datetime
    since_day: date
    until_day: date

    @classmethod
    def of(
        cls,
        book: Book,
        over: Period | str,
        closing: Period | str | None,
        reading: Reading,
        by: str,
        organisation: Organisation,
    ) -> _Asked:
        """The question, or a Refusal that says why it has no answer."""
        if by and by not in GROUPS:
            raise Refusal(
                f"What changed cannot be split by “{by}”. It can be split by {', '.join(GROUPS)}."
            )
        if reading == "events" and organisation == "then":
            raise Refusal(
                "Single changes are told under the organisation as it is at the end: a team that was "
                "renamed changed no deal. Compare the ends to see the organisation as it was."
            )
        span, since = book.period(over), history_from(book, "what changed is not known")
        first = book.as_of(since).today + timedelta(days=1)
        if span.start < first:
            raise Refusal(
                f"History is whole from {first:%-d %B %Y}. Choose that day or a later one."
            )
        opens = book.as_of(span.start - timedelta(days=1))
        if book.instant <= opens.instant:
            raise Refusal(
                f"{span.start:%-d %B %Y} has not begun in what this book knows, which ends on {book.today:%-d %B %Y}."
            )
        closes = book.as_of(min(span.last_day, book.today))
        until = min(closes.instant, book.instant)
        return cls(
            span,
            None if closing is None else book.period(closing),
            reading,
            by,
            organisation,
            opens.instant,
            until,
            opens.today,
            min(closes.today, book.today),
        )


def _run(
    book: Book, asked: _Asked, text: str, told: str, more: Mapping[str, Any] | None = None
) -> Any:
    """Ask of `move`, one row a change and group with what is `told`, and `end_of`, what the two ends hold."""
    values: dict[str, Any] = {
        "since": bare(asked.since),
        "until": bare(asked.until),
        "since_day": asked.since_day,
        "until_day": asked.until_day,
        "whole": _WHOLE,
    }
    if asked.closing is not None:
        values |= {"closing_from": asked.closing.start, "closing_to": asked.closing.end}
    return book.engine.run(f"{_tables(book, asked, told)} {text}", values | dict(more or {}))


def _tables(book: Book, asked: _Asked, told: str) -> str:
    """The common tables of every question: `state`, `pair`, `move` and `end_of`."""
    more = f", {_MORE}" if told == _OF_A_MOVE else ""
    pairs = (_BETWEEN if asked.reading == "events" else _BOTH_ENDS).format(more=more)
    whole = "$whole"
    moved = [_moves(asked, told, whole, whole, "false")]
    ends = [_END.format(opens=whole, closes=whole)]
    if asked.by:
        moved.append(_moves(asked, told, "a_g", "b_g", "(a_g IS DISTINCT FROM b_g)"))
        ends.append(_END.format(opens="g_then", closes="g"))
    return (
        f"WITH state AS ({_state(book, asked, more)} AND {narrowed_history(book)}), pair AS ({pairs}), "
        f"move AS ({' UNION ALL '.join(moved)}), end_of AS ({' UNION ALL '.join(ends)})"
    )


def _state(book: Book, asked: _Asked, more: str) -> str:
    """The states of deals that tell of the span: whether each was in the pipeline, and with what.

    A state of no pipeline that lasts for all of the span tells nothing: of most deals, which closed long ago, there is
    no other. The ends are not told of what began after the one and ended before the other.
    `minor` is its value at the rate of the span's end and `minor_then` at that of its beginning; `g` is its group
    under the organisation of the end, and `g_then` under that of the beginning where this is asked for.
    """
    joins, minor, then = "", "v.value_minor", "v.value_minor"
    if book.facts.currencies:
        joins = _dated("exchange_rate", "r", "r.currency = v.currency", "until_day")
        joins += _dated("exchange_rate", "s", "s.currency = v.currency", "since_day")
        minor, then = (
            f"CASE WHEN {rate}.minor_rate IS NULL THEN v.value_minor "
            f"ELSE CAST(round(v.amount_minor * {rate}.minor_rate) AS BIGINT) END"
            for rate in "rs"
        )
    group = group_then = f"v.{GROUPS[asked.by]}" if asked.by else "NULL"
    if asked.by == "team":
        joins += _dated("team_membership", "m", "m.person_id = v.owner_id", "until_day")
        group = group_then = "coalesce(m.team, v.team)"
        if asked.organisation == "then":
            joins += _dated("team_membership", "n", "n.person_id = v.owner_id", "since_day")
            group_then = "coalesce(n.team, v.team)"
    due = "true"
    if asked.closing is not None:
        due = "coalesce(v.close_date >= $closing_from AND v.close_date < $closing_to, false)"
    is_open = "NOT v.is_closed AND coalesce(v.is_qualified, false)"
    at_both, at_one = (
        f"v.valid_from <= $since {word} v.valid_to > $until" for word in ("AND", "OR")
    )
    which = f"(NOT ({at_both}) OR ({is_open} AND {due}))"
    if asked.reading == "ends":
        which += f" AND ({at_one})"
    details = f", v.stage, {minor} AS value" if more else ""
    return (
        "SELECT v.opportunity_id AS id, v.valid_from, v.valid_to, v.is_closed, v.outcome, v.close_date, "
        f"{is_open} AS is_open, {is_open} AND {due} AS is_in, coalesce({minor}, 0) AS minor, "
        f"coalesce({then}, 0) AS minor_then, CAST({group} AS VARCHAR) AS g, CAST({group_then} AS VARCHAR) AS g_then "
        f"{details} FROM opportunity_version v {joins} "
        f"WHERE v.valid_to > $since AND v.valid_from <= $until AND {which}"
    )


def _dated(table: str, alias: str, on: str, day: str) -> str:
    """The row of a dated table that held on a day."""
    return (
        f"LEFT JOIN {table} {alias} ON {on} "
        f"AND {alias}.valid_from <= ${day} AND {alias}.valid_to > ${day} "
    )


# What is told of two states of a deal, the former `a` and the later `b`; either may be missing.
_TOLD = (
    "coalesce(a.id, b.id) AS id, a.id IS NOT NULL AS was, b.id IS NOT NULL AS is_there, "
    "coalesce(a.is_in, false) AS was_in, coalesce(b.is_in, false) AS is_in, a.is_open AS was_open, b.is_open AS is_open, "
    "a.is_closed AS was_closed, b.is_closed AS is_closed, b.outcome AS outcome, a.g_then AS a_g, b.g AS b_g, "
    "coalesce(a.minor, 0) AS minor_before, coalesce(b.minor, 0) AS minor_after, "
    "a.close_date AS close_before, b.close_date AS close_after"
)
# What single changes are told with beside that; sums of millions need it not.
_MORE = "a.value AS before, b.value AS after, a.stage AS stage_before, b.stage AS stage_after"
_IN = "coalesce(a.is_in, false) OR coalesce(b.is_in, false)"
_BOTH_ENDS = (
    f"SELECT CAST(NULL AS TIMESTAMP) AS moved_at, {_TOLD}{{more}} "
    "FROM (SELECT * FROM state WHERE valid_from <= $since) AS a "
    f"FULL JOIN (SELECT * FROM state WHERE valid_to > $until) AS b ON a.id = b.id WHERE {_IN}"
)
# The same instant ends one state and begins the next.
_BETWEEN = (
    f"SELECT coalesce(b.valid_from, a.valid_to) AS moved_at, {_TOLD}{{more}} "
    "FROM (SELECT * FROM state WHERE valid_to <= $until) AS a "
    "FULL JOIN (SELECT * FROM state WHERE valid_from > $since) AS b ON a.id = b.id AND a.valid_to = b.valid_from "
    f"WHERE {_IN}"
)
_END = (
    "SELECT id, {opens} AS g, 'opening' AS box, minor_then AS minor FROM state WHERE is_in AND valid_from <= $since "
    "UNION ALL SELECT id, {closes} AS g, 'closing' AS box, minor FROM state WHERE is_in AND valid_to > $until"
)
_OF_A_SUM = "id"
_OF_A_MOVE = "id, moved_at, before, after, close_before, close_after, stage_before, stage_after"
# The same of what currencies did to a deal, which is no change of it.
_OF_CURRENCY = {
    _OF_A_SUM: "id",
    _OF_A_MOVE: "id, CAST(NULL AS TIMESTAMP) AS moved_at, minor_then AS before, minor AS after, close_date AS close_before, "
    "close_date AS close_after, stage AS stage_before, stage AS stage_after",
}


def _moves(asked: _Asked, told: str, left: str, came: str, differs: str) -> str:
    """One row a change: what is `told` of it, its box, its group, and `minor` with its sign.

    `left` and `came` are the groups of the former and the later state, `differs` whether they are two.
    """
    earlier, later = "false", "false"
    # A deal that was deleted at the former moment is none that was made since.
    deleted = f"(id, moved_at) IN (SELECT (id, back_at) FROM {DELETION})"
    if asked.reading == "ends":
        deleted = (
            f"id IN (SELECT id FROM {DELETION} WHERE deleted_at <= $since AND back_at > $since)"
        )
    if asked.closing is not None:
        earlier, later = "close_after < $closing_from", "close_before < $closing_from"
    why_left = (
        "CASE WHEN NOT is_there THEN 'deleted' WHEN is_closed AND outcome = 'won' THEN 'won' "
        "WHEN is_closed THEN 'lost' WHEN NOT is_open THEN 'unqualified' WHEN is_in THEN 'went' "
        f"WHEN {earlier} THEN 'pulled_out' ELSE 'pushed_out' END"
    )
    why_came = (
        f"CASE WHEN NOT was AND {deleted} THEN 'brought_back' WHEN NOT was THEN 'created' "
        "WHEN was_closed THEN 'reopened' WHEN NOT was_open THEN 'qualified' "
        f"WHEN was_in THEN 'came' WHEN {later} THEN 'pushed_in' ELSE 'pulled_in' END"
    )
    return (
        f"SELECT {told}, {left} AS g, {why_left} AS box, -minor_before AS minor FROM pair "
        f"WHERE was_in AND (NOT is_in OR {differs}) UNION ALL "
        f"SELECT {told}, {came} AS g, {why_came} AS box, minor_after AS minor FROM pair "
        f"WHERE is_in AND (NOT was_in OR {differs}) UNION ALL "
        f"SELECT {told}, {came} AS g, CASE WHEN minor_after > minor_before THEN 'increased' ELSE 'decreased' END "
        "AS box, minor_after - minor_before AS minor FROM pair "
        f"WHERE was_in AND is_in AND NOT {differs} AND minor_after <> minor_before UNION ALL "
        f"SELECT {told}, {came} AS g, CASE WHEN close_after > close_before THEN 'later' ELSE 'earlier' END AS box, "
        f"minor_after AS minor FROM pair WHERE was_in AND is_in AND NOT {differs} AND close_after <> close_before UNION ALL "
        f"SELECT {_OF_CURRENCY[told]}, {'g_then' if left == 'a_g' else left} AS g, 'currency' AS box, "
        "minor - minor_then AS minor FROM state WHERE is_in AND valid_from <= $since AND minor <> minor_then"
    )


def _bridge(key: str | None, label: str, boxes: Mapping[str, Box]) -> Bridge:
    nothing = Box("", 0, 0, 0)
    opening, closing = boxes.get("opening", nothing), boxes.get("closing", nothing)
    bridge = Bridge(
        key=key,
        label=label,
        opening=opening.minor,
        opening_deals=opening.deals,
        boxes=tuple(boxes[name] for name in BOXES if name in boxes),
        closing=closing.minor,
        closing_deals=closing.deals,
        dates=tuple(boxes[name] for name in DATES if name in boxes),
    )
    moved = sum(box.minor for box in bridge.boxes)
    if bridge.opening + moved != bridge.closing:
        raise ArithmeticError(f"The bridge of {label or 'all'} does not balance: {bridge}")
    return bridge
