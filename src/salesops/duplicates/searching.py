"""Finding the records of one noun that are one thing: prepared, put side by side where that may pay, and weighed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import duckdb

from salesops.duplicates._kind import Kind, on
from salesops.duplicates.weighing import (
    PAIRS,
    ROWS,
    Model,
    known_beforehand,
    learn,
    level_of,
    weigh,
    weight_of,
)

# Of so many records that have a value in common it says little: a switchboard, a template, a frequent name.
MOST_ALIKE = 60
LEAST_PROBABILITY = 0.5
LIKELY, NEARLY_SURE = 0.8, 0.99
NEW = "_new"


@dataclass(frozen=True)
class Reason:
    """What one field says of a pair: its title, how alike it is, and how many bits that adds."""

    field: str
    words: str
    weight: float


@dataclass(frozen=True)
class Pair:
    """Two records that look like one thing, `left` before `right`, and why."""

    left: str
    right: str
    weight: float
    probability: float
    why: tuple[Reason, ...]


@dataclass(frozen=True)
class Found:
    """The pairs, strongest first, and the model they were weighed with."""

    pairs: list[Pair]
    model: Model
    rows: int


def search(
    work: duckdb.DuckDBPyConnection,
    kind: Kind,
    rows: str,
    *,
    new: Iterable[str] | None = None,
    model: Model | None = None,
    least: float = LEAST_PROBABILITY,
) -> Found:
    """The pairs among the rows of a table of `work`; with `new` only those in which one of these is.

    Works with `model` where one is handed in, else with one it learns.
    """
    prepare(work, kind, rows)
    _put_side_by_side(work, kind, new)
    count = int(work.execute(f"SELECT count(*) FROM {ROWS}").fetchall()[0][0])
    if not work.execute(f"SELECT 1 FROM {PAIRS} LIMIT 1").fetchall():
        return Found([], model or replace(known_beforehand(kind, count), rows=0), count)
    known = model or learn(work, kind)
    weighed = weigh(work, kind, known, least)
    return Found(_read(work, kind, weighed), known, count)


def prepare(work: duckdb.DuckDBPyConnection, kind: Kind, rows: str) -> None:
    """Make the table of prepared rows."""
    made = kind.prepared.replace("{rows}", rows)
    work.execute(f"CREATE OR REPLACE TEMP TABLE {ROWS} AS {made}")


def _put_side_by_side(
    work: duckdb.DuckDBPyConnection, kind: Kind, new: Iterable[str] | None
) -> None:
    """The pairs worth weighing: those that have one of the kind's blocks in common."""
    work.execute(f"CREATE OR REPLACE TEMP TABLE {NEW} (id VARCHAR)")
    if new is not None:
        work.execute(f"INSERT INTO {NEW} SELECT unnest(?::VARCHAR[])", [list(new)])
    listed = " UNION ALL ".join(
        f"SELECT id, {place} AS rule, CAST({block} AS VARCHAR) AS shared FROM {ROWS}"
        for place, block in enumerate(kind.blocks)
    )
    work.execute(
        "CREATE OR REPLACE TEMP TABLE _blocked AS "
        f"SELECT id, hash(rule, shared) AS block FROM ({listed}) WHERE shared <> '' "
        f"QUALIFY count(*) OVER (PARTITION BY hash(rule, shared)) BETWEEN 2 AND {MOST_ALIKE}"
    )
    if new is None:
        sides = "_blocked l JOIN _blocked r ON l.block = r.block AND l.id < r.id"
    else:
        newer = f"(SELECT * FROM _blocked SEMI JOIN {NEW} USING (id))"
        sides = f"{newer} l JOIN _blocked r ON l.block = r.block AND l.id <> r.id"
    apart = f"WHERE NOT coalesce({on(kind.apart, 'a', 'b')}, false)" if kind.apart else ""
    work.execute(
        f"CREATE OR REPLACE TEMP TABLE {PAIRS} AS SELECT '0' AS match_key, join_key_l, join_key_r FROM ("
        f"SELECT DISTINCT least(l.id, r.id) AS join_key_l, greatest(l.id, r.id) AS join_key_r FROM {sides}) "
        f"JOIN {ROWS} a ON a.id = join_key_l JOIN {ROWS} b ON b.id = join_key_r {apart}"
    )
    work.execute("DROP TABLE _blocked")


def _read(work: duckdb.DuckDBPyConnection, kind: Kind, weighed: str) -> list[Pair]:
    told = ", ".join(f"{level_of(f)}, {weight_of(f)}" for f in kind.fields)
    rows = work.execute(
        f"SELECT id_l, id_r, match_weight, match_probability, {told} FROM {weighed} "
        "ORDER BY match_weight DESC, id_l, id_r"
    ).fetchall()
    return [
        Pair(
            row[0],
            row[1],
            round(float(row[2]), 2),
            round(float(row[3]), 6),
            tuple(
                Reason(field.title, row[4 + 2 * place], round(float(row[5 + 2 * place]), 1))
                for place, field in enumerate(kind.fields)
                if row[4 + 2 * place]
            ),
        )
        for row in rows
    ]


def sure_in_words(probability: float) -> str:
    """How sure it is that two records are one thing."""
    if probability >= NEARLY_SURE:
        return "Nearly sure"
    return "Likely" if probability >= LIKELY else "Perhaps"
