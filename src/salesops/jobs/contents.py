"""What the tables of an office hold, told so that two databases can be compared: rows, digests and sums."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import IO, Any

from salesops.jobs.sealed import Content

MONEY = "_minor"


Columns = Mapping[str, list[str]]


def of_sqlite(file: Path, columns: Columns | None = None) -> dict[str, Content]:
    """The tables of a SQLite file nobody writes to: all of them, or those that are named with these columns alone."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite^_%' ESCAPE '^' "
            "ORDER BY name"
        ).fetchall()
        return {
            name: _sqlite_table(connection, name, (columns or {}).get(name))
            for (name,) in names
            if columns is None or name in columns
        }


def _sqlite_table(
    connection: sqlite3.Connection, name: str, chosen: list[str] | None = None
) -> Content:
    found = connection.execute(f'PRAGMA table_info("{name}")').fetchall()
    columns = chosen or [row[1] for row in found]
    key = ", ".join(f'"{row[1]}"' for row in found if row[5])
    order = f" ORDER BY {key}" if key else ""
    digest, rows = hashlib.sha256(), 0
    quoted = ", ".join(f'"{c}"' for c in columns)
    for row in connection.execute(f'SELECT {quoted} FROM "{name}"{order}'):
        digest.update(repr(row).encode())
        rows += 1
    sums = {
        c: int(connection.execute(f'SELECT coalesce(sum("{c}"), 0) FROM "{name}"').fetchone()[0])
        for c in columns
        if c.endswith(MONEY)
    }
    return Content(columns=columns, rows=rows, digest=digest.hexdigest(), sums=sums)


def copy_of_postgresql(
    connection: Any, name: str, to: IO[bytes] | None = None, *, columns: list[str] | None = None
) -> Content:
    """One table of PostgreSQL, or these columns of it, written to `to` as COPY does where it is given."""
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, name)
        columns = columns or [column.name for column in described]
        quoted = ", ".join(f'"{c}"' for c in columns)
        key = connection.introspection.get_primary_key_columns(cursor, name) or columns
        order = ", ".join(f'"{c}"' for c in key)
        sums = {}
        for column in columns:
            if column.endswith(MONEY):
                cursor.execute(f'SELECT coalesce(sum("{column}"), 0) FROM "{name}"')
                sums[column] = int(cursor.fetchone()[0])
    digest, rows = hashlib.sha256(), 0
    statement = f'COPY (SELECT {quoted} FROM "{name}" ORDER BY {order}) TO STDOUT'
    with connection.connection.cursor() as raw, raw.copy(statement) as copied:
        for chunk in copied:
            digest.update(chunk)
            rows += bytes(chunk).count(b"\n")  # a line break within a value is written as \n
            if to is not None:
                to.write(chunk)
    return Content(columns=columns, rows=rows, digest=digest.hexdigest(), sums=sums)
