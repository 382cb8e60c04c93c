"""How deals depart from the sales process: each move held against what its stage asked at that instant.

A move is a recorded change of a deal's stage. What history cannot tell is counted apart and is no departure. A stage
that the process says nothing of asks two things: not to be skipped, and no deal to move back from it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from salesops.book.book import Book
from salesops.book.history import history_from
from salesops.foundations.clustered import Difference, Tally, difference
from salesops.foundations.instant import in_zone
from salesops.foundations.period import Period
from salesops.foundations.problem import Refusal
from salesops.foundations.statistics import CONFIDENCE
from salesops.pipeline.departures import KINDS, looks_sql
from salesops.pipeline.flows import Share
from salesops.pipeline.process_rules import rules_of
from salesops.pipeline.stays import GROUPS as OF_DEALS
from salesops.pipeline.stays import deals_sql, values, whose_sql

# How departures may be put together. Team and owner are those of the move, the rest is of the deal at the book's instant.
GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "team": "l.team",
        "person": "l.owner_id",
        "month": "c.month",
        "quarter": "c.quarter",
        **{name: "l.g" for name in OF_DEALS if name not in ("team", "person")},
    }
)
LEAST_CLOSED = 10  # deals on each side; below that nothing is said of how they end
_WHOLE = "\x02"  # the group of all groups, and the stage of all stages; no name is it


@dataclass(frozen=True)
class Line:
    """One kind of departure, of one stage or with `stage` empty of all of them; `what` is the kind of an activity.

    Of `looks` moves that could be told, `departed` did; of `unknown` ones history cannot tell. Deals count once, money is
    in minor units of the reporting currency. `won` and `others_won` are of closed deals: those that departed, and those
    that came the same way and never did.
    """

    kind: str
    stage: str
    what: str
    looks: int
    departed: int
    unknown: int
    deals: int
    open_deals: int
    open_minor: int | None
    won_deals: int
    won_minor: int | None
    won: Share
    others_won: Share

    @property
    def share(self) -> Share:
        """The moves that departed, of those that could be told."""
        return Share(self.departed, self.looks)


@dataclass(frozen=True)
class Group:
    """One group's departures: `kinds` of all stages together, `lines` by stage."""

    key: str | None
    label: str
    kinds: tuple[Line, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Compared:
    """How much more often deals that departed are won than others of the same pipeline and type, and whether by chance."""

    line: Line
    apart: Difference


@dataclass(frozen=True)
class Conformance:
    """What departed in a period, as known at `as_of`. The intervals of `compared` allow for there being so many."""

    over: Period
    by: str
    as_of: datetime
    whole: Group
    groups: tuple[Group, ...]
    compared: tuple[Compared, ...]


@dataclass(frozen=True)
class Departed:
    """One departure, or with `departed` asked to be None one that cannot be told. `detail` says more where there is more."""

    id: str
    name: str
    at: datetime
    kind: str
    stage: str
    what: str
    detail: str
    owner: str | None  # of the move
    value_minor: int | None
    stage_now: str
    outcome: str


def conformance(book: Book, over: Period | str = "all", *, by: str = "") -> Conformance:
    """What departed from the process in a period, whole and by group.

    Raises Refusal where the book holds no history, for what cannot be split and for a condition that cannot be read.
    """
    asked = _Asked.of(book, over, by)
    rows = asked.run(_COUNTS)
    levels: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        levels[row["level"]].append(row)
    order = {stage: place for place, stage in enumerate(book.stage_order())}
    of_groups: dict[Any, list[Line]] = defaultdict(list)
    for row in levels["line"]:
        of_groups[row["g"]].append(_line(row))
    keys = [key for key in of_groups if key != _WHOLE]
    labels = book.names_of(by, keys) if by else {}
    groups = [_group(key, labels[key], of_groups[key], order) for key in keys]
    if by in ("month", "quarter"):
        groups.sort(key=lambda g: (g.key is None, g.key))
    else:
        groups.sort(key=lambda g: (g.key is None, -sum(k.departed for k in g.kinds), g.label))
    whole = _group(None, "", of_groups[_WHOLE], order)
    return Conformance(
        over=asked.over,
        by=by,
        as_of=in_zone(book.instant, book.calendar.time_zone),
        whole=whole,
        groups=tuple(groups),
        compared=_compared(whole.lines, levels["owner"]),
    )


def departures(
    book: Book,
    over: Period | str,
    kind: str,
    stage: str = "",
    what: str = "",
    *,
    by: str = "",
    group: str | None = None,
    untold: bool = False,
    limit: int = 100,
    offset: int = 0,
) -> list[Departed]:
    """The departures of a kind, of one stage or all: open deals first, the most valuable first.

    With `by` those of one group; with `untold` the moves of which history cannot tell.
    """
    if kind not in KINDS:
        raise Refusal(f"“{kind}” is no departure. There are {', '.join(KINDS)}.")
    asked = _Asked.of(book, over, by)
    narrowed = ["kind = $kind", "departed IS NULL" if untold else "departed", whose_sql(by, group)]
    if stage:
        narrowed.append("stage = $stage")
    if what:
        narrowed.append("what = $what")
    best_first = "is_closed, value_minor DESC NULLS LAST, moment DESC, id, stage, what"
    found = asked.run(
        f", these AS (SELECT * FROM look WHERE {' AND '.join(narrowed)} "
        f"ORDER BY {best_first} LIMIT {int(limit)} OFFSET {int(offset)}) "
        "SELECT t.*, coalesce(o.name, t.id) AS name, p.name AS owner FROM these t "
        "LEFT JOIN (SELECT id, name FROM opportunity WHERE id IN (SELECT id FROM these)) o ON o.id = t.id "
        f"LEFT JOIN person p ON p.id = t.owner_id ORDER BY {_of('t', best_first)}",
        {"kind": kind, "stage": stage, "what": what, "group": group},
    )
    zone = book.calendar.time_zone
    return [
        Departed(
            id=row["id"],
            name=row["name"],
            at=in_zone(row["moment"], zone),
            kind=row["kind"],
            stage=row["stage"],
            what=row["what"],
            detail=row["detail"],
            owner=row["owner"] or row["owner_id"],
            value_minor=None if row["value_minor"] is None else int(row["value_minor"]),
            stage_now=row["stage_now"],
            outcome=row["outcome"],
        )
        for row in found
    ]


@dataclass(frozen=True)
class _Asked:
    """A question about a period, as the common table `look`: one row a move and kind, with its deal and group `g`."""

    book: Book
    over: Period
    tables: str
    values: Mapping[str, Any]

    @classmethod
    def of(cls, book: Book, over: Period | str, by: str) -> _Asked:
        history_from(book, "how deals moved is not known")
        if by and by not in GROUPS:
            raise Refusal(
                f"Departures cannot be split by “{by}”. They can be by {', '.join(GROUPS)}."
            )
        period, rules = book.period(over), rules_of(book)
        deal = "x.id, x.pipeline, x.is_closed, x.is_won, x.value_minor, x.owner_id, x.type, x.stage, x.outcome"
        deals = deals_sql(book, by if by in OF_DEALS else "", deal)
        if over != "all":
            deals = f"SELECT * FROM ({deals}) WHERE id IN ({_CHANGED})"
        days = _DAYS if by in ("month", "quarter") else ""
        tables = (
            f"WITH deal AS MATERIALIZED ({deals}), {looks_sql(rules)}, look AS MATERIALIZED ("
            f"SELECT l.* EXCLUDE (g), {f'CAST({GROUPS[by]} AS VARCHAR)' if by else '$whole'} AS g FROM ("
            "SELECT k.*, d.g, d.is_closed, d.is_won, d.value_minor, d.owner_id AS holder, "
            "concat_ws(chr(31), d.pipeline, coalesce(d.type, '')) AS likeness, "
            "CAST(d.stage AS VARCHAR) AS stage_now, CAST(d.outcome AS VARCHAR) AS outcome "
            f"FROM looked k JOIN deal d USING (id) WHERE k.moment >= $since AND k.moment < $before) l {days})"
        )
        own = {
            "whole": _WHOLE,
            "by_group": [False, True] if by else [False],
            "longest": max((days for days in rules.values["rule_days"] if days), default=0),
        }
        return cls(book, period, tables, values(book, period, ()) | rules.values | own)

    def run(self, text: str, more: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows that `text` finds in `look`."""
        return self.book.engine.run(
            f"{self.tables} {text}", {**self.values, **(more or {})}
        ).dicts()


# The deals of which a period can tell: a move is a change, and a stay whose days are over in it began so long before.
_CHANGED = (
    "SELECT opportunity_id FROM opportunity_version "
    "WHERE valid_from >= $since - to_days($longest) AND valid_from < $before"
)
# The day of an instant in the organisation's zone: the calendar knows when the local day turns.
_DAYS = """
    LEFT JOIN calendar u ON u.day = CAST(l.moment AS DATE)
    LEFT JOIN calendar c ON c.day = CASE WHEN l.moment < u.turns_at THEN u.day_before ELSE u.day_after END"""
# A deal counts once in a line, so each level is made of deals: with and without stages, with and without groups.
_COUNTS = """
    , one AS (
        SELECT kind, stage, what, g, id, count(departed) AS looks, count(*) FILTER (departed) AS departed,
            count(*) FILTER (departed IS NULL) AS unknown, any_value(is_closed) AS is_closed,
            any_value(is_won) AS is_won, any_value(value_minor) AS minor, any_value(holder) AS holder,
            any_value(likeness) AS likeness
        FROM look GROUP BY kind, stage, what, g, id
    ), deal_line AS MATERIALIZED (
        SELECT kind, CASE WHEN by_stage THEN stage ELSE $whole END AS stage, CASE WHEN by_stage THEN what ELSE '' END
            AS what, CASE WHEN by_group THEN g ELSE $whole END AS g, id, sum(looks) AS looks, sum(departed) AS departed,
            sum(unknown) AS unknown, any_value(is_closed) AS is_closed, any_value(is_won) AS is_won,
            any_value(minor) AS minor, any_value(holder) AS holder, any_value(likeness) AS likeness
        FROM one, (SELECT unnest([false, true]) AS by_stage), (SELECT unnest($by_group) AS by_group)
        GROUP BY 1, 2, 3, 4, 5
    )
    SELECT 'line' AS level, g, '' AS likeness, kind, stage, what, sum(looks) AS looks, sum(departed) AS departed,
        sum(unknown) AS unknown, count(*) FILTER (departed > 0) AS deals,
        count(*) FILTER (departed > 0 AND NOT is_closed) AS open_deals,
        sum(minor) FILTER (departed > 0 AND NOT is_closed) AS open_minor,
        count(*) FILTER (departed > 0 AND is_won) AS won_deals,
        sum(minor) FILTER (departed > 0 AND is_won) AS won_minor,
        count(*) FILTER (departed > 0 AND is_closed) AS closed,
        count(*) FILTER (departed = 0 AND looks > 0 AND is_won) AS others_won,
        count(*) FILTER (departed = 0 AND looks > 0 AND is_closed) AS others_closed
    FROM deal_line GROUP BY g, kind, stage, what
    UNION ALL
    SELECT 'owner', holder, likeness, kind, stage, what, 0, 0, 0, 0, 0, NULL,
        count(*) FILTER (departed > 0 AND is_won), NULL, count(*) FILTER (departed > 0),
        count(*) FILTER (departed = 0 AND looks > 0 AND is_won),
        count(*) FILTER (departed = 0 AND looks > 0)
    FROM deal_line WHERE is_closed AND g = $whole AND stage <> $whole GROUP BY holder, likeness, kind, stage, what"""


def _line(row: Mapping[str, Any]) -> Line:
    return Line(
        kind=row["kind"],
        stage="" if row["stage"] == _WHOLE else row["stage"],
        what=row["what"],
        looks=int(row["looks"]),
        departed=int(row["departed"]),
        unknown=int(row["unknown"]),
        deals=row["deals"],
        open_deals=row["open_deals"],
        open_minor=None if row["open_minor"] is None else int(row["open_minor"]),
        won_deals=row["won_deals"],
        won_minor=None if row["won_minor"] is None else int(row["won_minor"]),
        won=Share(row["won_deals"], row["closed"]),
        others_won=Share(row["others_won"], row["others_closed"]),
    )


def _group(key: str | None, label: str, lines: Sequence[Line], order: Mapping[str, int]) -> Group:
    """Kinds in their order, and within them stages in theirs."""
    kinds = list(KINDS)

    def place(line: Line) -> tuple[int, int, str, str]:
        return kinds.index(line.kind), order.get(line.stage, len(order)), line.stage, line.what

    ordered = sorted(lines, key=place)
    return Group(
        key=key,
        label=label,
        kinds=tuple(line for line in ordered if not line.stage),
        lines=tuple(line for line in ordered if line.stage),
    )


def _compared(lines: Sequence[Line], rows: Sequence[Mapping[str, Any]]) -> tuple[Compared, ...]:
    """Each line whose deals and the others are many enough, by its sellers, as one look of so many."""
    looked = [line for line in lines if min(line.won.n, line.others_won.n) >= LEAST_CLOSED]
    confidence = 1 - (1 - CONFIDENCE) / max(1, len(looked))
    of_line: dict[tuple[str, str, str], list[Tally]] = defaultdict(list)
    for r in rows:
        tallies = of_line[r["kind"], r["stage"], r["what"]]
        tallies.append(Tally(r["g"], (r["likeness"],), True, r["won_deals"], r["closed"]))
        tallies.append(Tally(r["g"], (r["likeness"],), False, r["others_won"], r["others_closed"]))
    found = []
    for line in looked:
        apart = difference(of_line[line.kind, line.stage, line.what], confidence)
        if apart is not None:
            found.append(Compared(line, apart))
    return tuple(found)


def _of(table: str, order: str) -> str:
    return ", ".join(f"{table}.{part}" for part in order.split(", "))
