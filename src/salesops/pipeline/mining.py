"""What really happened in a process, from its events: what follows what, how long it takes, which ways there are.

Events are rows of `case_id`, `activity`, `moment` and `place`; those of one moment stand in the order of `place`.
All is counted in one statement, over each case's events in order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from salesops.book.engine import Rows

Run = Callable[[str, Mapping[str, Any]], Rows]
MICROSECONDS = 1_000_000
MOST_VARIANTS = 500
CODES = 1 << 20  # more activities than any process has; a place and a code in one number


@dataclass(frozen=True)
class Activity:
    """One thing that happens: how often, in how many cases, how many begin and end with it.

    `reworked` cases have it more than once; `repetitions` are its events beyond the first of each case.
    """

    name: str
    events: int
    cases: int
    starts: int
    ends: int
    reworked: int
    repetitions: int


@dataclass(frozen=True)
class Arc:
    """One activity directly followed by another: how often, in how many cases, and the time between."""

    source: str
    target: str
    count: int
    cases: int
    total_seconds: float
    median_seconds: float
    p90_seconds: float

    @property
    def mean_seconds(self) -> float:
        """The mean time between the two."""
        return self.total_seconds / self.count


@dataclass(frozen=True)
class Variant:
    """One way through the process: its cases, how many of them are over and were won, and their median time.

    Of a process that knows no outcome every case is over and none is won.
    """

    path: tuple[str, ...]
    cases: int
    over: int
    won: int
    median_seconds: float | None


@dataclass(frozen=True)
class Throughput:
    """From the first to the last event of those cases that are over, in seconds; None where there are none."""

    cases: int
    least: float | None
    median: float | None
    mean: float | None
    p90: float | None
    most: float | None


@dataclass(frozen=True)
class Process:
    """A process as it happened: the commonest first, variants up to a number, of `variant_count` there are."""

    cases: int
    events: int
    activities: tuple[Activity, ...]
    arcs: tuple[Arc, ...]
    variants: tuple[Variant, ...]
    variant_count: int
    throughput: Throughput

    def activity(self, name: str) -> Activity | None:
        """The activity of that name."""
        return next((a for a in self.activities if a.name == name), None)


def mine(
    run: Run,
    events: str,
    *,
    outcomes: str = "",
    through: Sequence[str | tuple[str, str]] = (),
    values: Mapping[str, Any] | None = None,
    most: int = MOST_VARIANTS,
) -> Process:
    """The process of the events that the SQL `events` gives.

    `outcomes` is SQL of `case_id` and `outcome` (open, won or another) where outcomes are known. `through` keeps
    only cases that have an activity, or one directly followed by another, for each of those named: ("", x) begins
    with x, and (x, "") ends with it.
    """
    kept, more = passing(through)
    found = run(
        f"{steps(events, outcomes, kept)} {_QUESTIONS.format(most=int(most), codes=CODES)}",
        {**(values or {}), **more},
    ).dicts()
    names = {row["a"]: row["name"] for row in found if row["kind"] == "activity"}
    (whole,) = (row for row in found if row["kind"] == "case")
    variants = [row for row in found if row["kind"] == "variant"]
    return Process(
        cases=whole["n"],
        events=int(whole["b"] or 0),
        activities=_activities([r for r in found if r["kind"] == "activity"]),
        arcs=_arcs([r for r in found if r["kind"] == "arc"], names),
        variants=_variants(variants, names),
        variant_count=variants[0]["c"] if variants else 0,
        throughput=Throughput(
            whole["c"],
            _seconds(whole["least"]),
            _seconds(whole["median"]),
            _seconds(whole["total"] / whole["c"]) if whole["c"] else None,
            _seconds(whole["p90"]),
            _seconds(whole["most"]),
        ),
    )


def steps(events: str, outcomes: str, kept: str) -> str:
    """The tables every question reads: `named` activities, and `step`, each event with what follows it."""
    facts = (
        outcomes
        or "SELECT CAST(NULL AS VARCHAR) AS case_id, CAST(NULL AS VARCHAR) AS outcome WHERE false"
    )
    over = "coalesce(f.outcome, 'open') <> 'open'" if outcomes else "true"
    return (
        f"WITH logged AS MATERIALIZED ({events}), fact AS ({facts}), "
        "named AS MATERIALIZED (SELECT activity, CAST(row_number() OVER (ORDER BY activity) AS INTEGER) AS code "
        "FROM (SELECT DISTINCT activity FROM logged)), "
        "every_step AS MATERIALIZED (SELECT l.case_id, n.code, l.moment, lead(n.code) OVER life AS next, "
        "lead(l.moment) OVER life AS next_moment, row_number() OVER life AS place "
        "FROM logged l JOIN named n ON n.activity = l.activity "
        "WINDOW life AS (PARTITION BY l.case_id ORDER BY l.moment, l.place)), "
        f"step AS MATERIALIZED (SELECT * FROM every_step s{kept}), "
        "path AS MATERIALIZED (SELECT s.case_id, count(*) AS events, min(s.moment) AS began, "
        "date_diff('microsecond', min(s.moment), max(s.moment)) AS took, "
        f"list_sort(list(s.place * {CODES} + s.code)) AS way FROM step s GROUP BY s.case_id), "
        f"one AS MATERIALIZED (SELECT p.*, {over} AS is_over, coalesce(f.outcome = 'won', false) AS is_won "
        "FROM path p LEFT JOIN fact f ON f.case_id = p.case_id) "
    )


def of_cases(
    events: str, outcomes: str, kept: str, path: Sequence[str]
) -> tuple[str, dict[str, str]]:
    """The tables of a process with `found`, the cases that went a whole way, or all that are kept; and its values."""
    way, values = coded(path)
    where = f" WHERE way = {way}" if path else ""
    return f"{steps(events, outcomes, kept)}, found AS (SELECT * FROM one{where})", values


def coded(path: Sequence[str]) -> tuple[str, dict[str, str]]:
    """A way as the tables of `steps` hold it, and the values in it."""
    codes = ", ".join(
        f"{place} * {CODES} + (SELECT code FROM named WHERE activity = $w{place - 1})"
        for place in range(1, len(path) + 1)
    )
    return f"CAST([{codes}] AS BIGINT[])", {f"w{place}": n for place, n in enumerate(path)}


_NOTHING = "CAST(NULL AS BIGINT)"
_QUESTIONS = f"""
    SELECT 'case' AS kind, CAST(NULL AS VARCHAR) AS name, 0 AS a, CAST(sum(events) AS BIGINT) AS b, count(*) AS n,
        count(*) FILTER (is_over) AS c, {_NOTHING} AS d, {_NOTHING} AS e, {_NOTHING} AS f,
        CAST(sum(took) FILTER (is_over) AS DOUBLE) AS total, CAST(min(took) FILTER (is_over) AS DOUBLE) AS least,
        quantile_cont(took, 0.5) FILTER (is_over) AS median, quantile_cont(took, 0.9) FILTER (is_over) AS p90,
        CAST(max(took) FILTER (is_over) AS DOUBLE) AS most, CAST(NULL AS BIGINT[]) AS way
    FROM one
    UNION ALL
    SELECT 'activity', any_value(n.activity), n.code, NULL, CAST(sum(c.events) AS BIGINT), count(*),
        CAST(sum(c.starts) AS BIGINT), CAST(sum(c.ends) AS BIGINT), count(*) FILTER (c.events > 1),
        NULL, NULL, NULL, NULL, NULL, NULL
    FROM (SELECT case_id, code, count(*) AS events, count(*) FILTER (place = 1) AS starts,
            count(*) FILTER (next IS NULL) AS ends FROM step GROUP BY case_id, code) c
    JOIN named n ON n.code = c.code GROUP BY n.code
    UNION ALL
    SELECT 'arc', NULL, code, next, count(*), count(DISTINCT case_id), NULL, NULL, NULL,
        CAST(sum(date_diff('microsecond', moment, next_moment)) AS DOUBLE), NULL,
        quantile_cont(date_diff('microsecond', moment, next_moment), 0.5),
        quantile_cont(date_diff('microsecond', moment, next_moment), 0.9), NULL, NULL
    FROM step WHERE next IS NOT NULL GROUP BY code, next
    UNION ALL
    (SELECT 'variant', NULL, NULL, NULL, count(*) AS n, count(*) OVER (), count(*) FILTER (is_over),
        count(*) FILTER (is_won), NULL, NULL, NULL, quantile_cont(took, 0.5) FILTER (is_over), NULL, NULL, way
    FROM one GROUP BY way ORDER BY n DESC, way LIMIT {{most}})
"""


def passing(through: Sequence[str | tuple[str, str]]) -> tuple[str, dict[str, str]]:
    """A condition on `s.case_id` for the activities and arcs a case must have, and its values.

    An arc from "" is a case's beginning, one to "" its end.
    """
    kept: list[str] = []
    values: dict[str, str] = {}
    for place, what in enumerate(through):
        first, then = (what, None) if isinstance(what, str) else what
        where = []
        for column, end, name in (("code", 0, first), ("next", 1, then)):
            if name:
                values[f"p{place}_{end}"] = name
                column = "code" if not first else column
                where.append(
                    f"{column} = (SELECT code FROM named WHERE activity = $p{place}_{end})"
                )
        if first == "":
            where.append("place = 1")
        if then == "":
            where.append("next IS NULL")
        kept.append(f"s.case_id IN (SELECT case_id FROM every_step WHERE {' AND '.join(where)})")
    return (f" WHERE {' AND '.join(kept)}" if kept else ""), values


def _activities(rows: list[dict[str, Any]]) -> tuple[Activity, ...]:
    found = [
        Activity(r["name"], r["n"], r["c"], r["d"], r["e"], r["f"], r["n"] - r["c"]) for r in rows
    ]
    return tuple(sorted(found, key=lambda a: (-a.events, a.name)))


def _arcs(rows: list[dict[str, Any]], names: Mapping[int, str]) -> tuple[Arc, ...]:
    found = [
        Arc(
            names[r["a"]],
            names[r["b"]],
            r["n"],
            r["c"],
            r["total"] / MICROSECONDS,
            r["median"] / MICROSECONDS,
            r["p90"] / MICROSECONDS,
        )
        for r in rows
    ]
    return tuple(sorted(found, key=lambda a: (-a.count, a.source, a.target)))


def _variants(rows: list[dict[str, Any]], names: Mapping[int, str]) -> tuple[Variant, ...]:
    found = [
        Variant(
            tuple(names[step % CODES] for step in r["way"]),
            r["n"],
            r["d"],
            r["e"],
            _seconds(r["median"]),
        )
        for r in rows
    ]
    return tuple(sorted(found, key=lambda v: (-v.cases, v.path)))


def _seconds(microseconds: float | None) -> float | None:
    return None if microseconds is None else microseconds / MICROSECONDS
