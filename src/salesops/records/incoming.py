"""Rows an import has read, in the order of their keys, as records hold their values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

import duckdb

from salesops.book.custom import Kind, own_field
from salesops.book.deletion import DELETION
from salesops.foundations.table import Type
from salesops.importers.implied_stages import IMPLIED_STAGES
from salesops.records.to_tables import entered, quoted
from salesops.tables import TABLES

# What identifies a row of a table that has no `id`.
KEY = {
    "team_membership": "concat_ws('|', person_id, valid_from)",
    "pipeline_stage": "concat_ws('|', coalesce(pipeline, ''), stage)",
    "exchange_rate": "concat_ws('|', currency, valid_from)",
}
KNOWN_PEOPLE = "_person_known"  # (id, key): whom the files name, and who that is here
KNOWN_STAGES = "_stage_known"  # (pipeline, stage, key): those that are here under another key than the source's
FETCHED = 5_000
LONGEST_KEY = 200


@dataclass(frozen=True)
class Incoming:
    """One row: its key, its columns by name, for an opportunity the states its source remembers, and by key the fields
    of the company's own. Where its source deleted the deal `is_deleted` says so, and `deleted_at` since when if that is
    told. `is_implied` says of a stage that its meaning is read off deals."""

    key: str
    values: dict[str, Any]
    past: list[dict[str, Any]] = field(default_factory=list)
    custom: dict[str, Any] = field(default_factory=dict)
    is_deleted: bool = False
    deleted_at: datetime | None = None
    is_implied: bool = False


def incoming(
    work: duckdb.DuckDBPyConnection, name: str, prefix: str = "", after: str = ""
) -> Iterator[Incoming]:
    """The rows of table `name` in `work` whose key comes after `after`.

    `prefix` stands before every key and reference, so that two sources never give one key to two things.
    """
    columns = [c for c in entered(name) if c.name != "id"]
    key = _key_here(work, name, prefix)
    knows = _knows_people(work)
    listed = "".join(", " + _prefixed(f'"{c.name}"', c.refers_to, prefix, knows) for c in columns)
    own = own_columns(work, name)
    listed += "".join(f', "{column}"' for column in own)
    rows = _rows(
        work,
        f"SELECT {key} AS key{listed}, deleted_at, is_deleted, is_implied FROM {_rows_of(work, name)} AS r "
        f"WHERE {key} > {quoted(after)} ORDER BY key",
        [*(c.type is Type.INSTANT for c in columns), *(False for _ in own), True],
    )
    past = _past(work, prefix, after) if name == "opportunity" else iter(())
    waiting = next(past, None)
    for row in rows:
        while waiting is not None and waiting[0] < row[0]:
            waiting = next(past, None)
        mine = waiting[1] if waiting is not None and waiting[0] == row[0] else []
        ours, (deleted_at, is_deleted, is_implied) = row[1 + len(columns) : -3], row[-3:]
        yield Incoming(
            row[0],
            dict(zip([c.name for c in columns], row[1 : 1 + len(columns)], strict=True)),
            mine,
            {key: _as_kept(v) for (key, _), v in zip(own.values(), ours, strict=True)},
            is_deleted,
            deleted_at,
            bool(is_implied),
        )


def _rows_of(work: duckdb.DuckDBPyConnection, name: str) -> str:
    """The rows of a table, the deals that their source deleted among them, for SQL to read from."""
    rows = (
        f"SELECT *, CAST(NULL AS TIMESTAMP) AS deleted_at, false AS is_deleted, {_is_implied(work, name)} "
        f'AS is_implied FROM "{name}"'
    )
    if name == "opportunity" and _is_there(work, DELETION):
        rows += f" UNION ALL BY NAME SELECT *, true AS is_deleted FROM {DELETION}"
    return f"({rows})"


def _key_here(work: duckdb.DuckDBPyConnection, name: str, prefix: str) -> str:
    """SQL of the key that a row has in the records."""
    own = key_of(KEY.get(name, "id"), prefix)
    if name != "pipeline_stage" or not _is_there(work, KNOWN_STAGES):
        return own
    return f"coalesce((SELECT k.key FROM {KNOWN_STAGES} k WHERE {_same_stage('k', 'r')}), {own})"


def _is_implied(work: duckdb.DuckDBPyConnection, name: str) -> str:
    """SQL of whether what a row says of its stage is read off deals."""
    if name != "pipeline_stage" or not _is_there(work, IMPLIED_STAGES):
        return "false"
    return f"EXISTS (SELECT 1 FROM {IMPLIED_STAGES} i WHERE {_same_stage('i', name)})"


def _same_stage(one: str, other: str) -> str:
    return f"{one}.stage = {other}.stage AND coalesce({one}.pipeline, '') = coalesce({other}.pipeline, '')"


def _is_there(work: duckdb.DuckDBPyConnection, table: str) -> bool:
    found = work.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [table])
    return found.fetchone() is not None


def own_columns(work: duckdb.DuckDBPyConnection, name: str) -> dict[str, tuple[str, Kind]]:
    """The columns of a table in `work` that are fields of the company's own: the key and kind of each."""
    columns = [d[0] for d in work.execute(f'SELECT * FROM "{name}" LIMIT 0').description or ()]
    return {c: found for c in columns if (found := own_field(c)) is not None}


def _as_kept(value: Any) -> Any:
    """What was read of a file as records keep it; nothing for a blank."""
    if isinstance(value, Decimal):
        return f"{value.normalize() or Decimal(0):f}"
    if isinstance(value, date):
        return value.isoformat()
    return (value.strip() or None) if isinstance(value, str) else value


def _past(
    work: duckdb.DuckDBPyConnection, prefix: str, after: str
) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The remembered states of each opportunity. Columns that a history does not tell are the deal's own."""
    columns = entered("opportunity_version")[1:]
    told = {
        d[0] for d in work.execute("SELECT * FROM opportunity_version LIMIT 0").description or ()
    }
    key = key_of("v.opportunity_id", prefix)
    knows = _knows_people(work)
    listed = "".join(
        ", " + _prefixed(f'{"v" if c.name in told else "o"}."{c.name}"', c.refers_to, prefix, knows)
        for c in columns
    )
    rows = _rows(
        work,
        f"SELECT {key} AS key{listed} FROM opportunity_version v "
        f"JOIN {_rows_of(work, 'opportunity')} o ON o.id = v.opportunity_id "
        f"WHERE {key} > {quoted(after)} ORDER BY key, v.valid_from",
        [c.type is Type.INSTANT for c in columns],
    )
    names = [c.name for c in columns]
    for found, states in groupby(rows, key=itemgetter(0)):
        yield found, [dict(zip(names, state[1:], strict=True)) for state in states]


def _rows(
    work: duckdb.DuckDBPyConnection, sql: str, are_instants: list[bool]
) -> Iterator[tuple[Any, ...]]:
    cursor = work.cursor()
    cursor.execute(sql)
    places = [place + 1 for place, is_instant in enumerate(are_instants) if is_instant]
    while batch := cursor.fetchmany(FETCHED):
        for row in batch:
            # PostgreSQL knows no NUL in a text, and both databases shall hold the same.
            values: list[Any] = [
                v.replace("\0", "") if isinstance(v, str) and "\0" in v else v for v in row
            ]
            for place in places:
                if values[place] is not None:
                    values[place] = values[place].replace(tzinfo=UTC)
            yield tuple(values)


def _prefixed(sql: str, refers_to: str, prefix: str, knows: bool) -> str:
    if not refers_to:
        return sql
    own = key_of(sql, prefix)
    if refers_to != "person" or not knows:
        return own
    return f"coalesce((SELECT p.key FROM {KNOWN_PEOPLE} p WHERE p.id = {sql}), {own})"


def _knows_people(work: duckdb.DuckDBPyConnection) -> bool:
    """Whether people whom the files name are others of the records."""
    try:
        return work.execute(f"SELECT 1 FROM {KNOWN_PEOPLE} LIMIT 1").fetchone() is not None
    except duckdb.CatalogException:  # of files that were read before this was asked, or in a test
        return False


def key_of(sql: str, prefix: str) -> str:
    """A key as records hold it: of one source, and no longer than there is room for."""
    whole = f"{quoted(prefix)} || {sql}" if prefix else sql
    return (
        f"CASE WHEN length({whole}) > {LONGEST_KEY} "
        f"THEN left({whole}, {LONGEST_KEY} - 33) || '#' || md5({whole}) ELSE {whole} END"
    )


def rows_of(work: duckdb.DuckDBPyConnection, name: str) -> int:
    """How many rows of a table there are to bring in."""
    assert name in TABLES
    found = work.execute(f"SELECT count(*) FROM {_rows_of(work, name)}").fetchone()
    return int(found[0]) if found else 0
