"""Sampling: each column of a staged table with its first values and how much of it is filled."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

import duckdb

from salesops.importers.model import SourceColumn
from salesops.importers.vocabulary import words

SAMPLES = 4
LOOKED_AT = 400


def shape_of(names: Iterable[str]) -> str:
    """The same for files with the same columns, in whatever order."""
    shape = " ".join(sorted(words(name) for name in names))
    return hashlib.sha256(shape.encode()).hexdigest()[:16]


def rows_in(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """How many rows a staged table has."""
    found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(found[0]) if found else 0


def columns_of(
    connection: duckdb.DuckDBPyConnection, table: str, header: Sequence[str], first: int = 0
) -> list[SourceColumn]:
    """Every column from the `first` on, with its first values and how much of it is filled."""
    keys = [f"c{first + i}" for i in range(len(header))]
    n = rows_in(connection, table)
    filled: list[float] = []
    for start in range(0, len(keys), 200):  # wide files a part at a time
        some = ", ".join(f"count({k})" for k in keys[start : start + 200])
        counts = connection.execute(f"SELECT {some} FROM {table}").fetchone()
        filled += [c / n if n else 0.0 for c in counts or ()]
    samples = _samples(connection, table, keys, filled)
    return [
        SourceColumn(name=name, key=key, samples=s, filled=f)
        for name, key, s, f in zip(header, keys, samples, filled, strict=True)
    ]


def _samples(
    connection: duckdb.DuckDBPyConnection, table: str, keys: list[str], filled: list[float]
) -> list[list[str]]:
    """The first different values of each column, looked for further down only where the top is empty."""
    some = ", ".join(f"left({k}, 80)" for k in keys)
    top = connection.execute(
        f"SELECT {some} FROM {table} ORDER BY _row LIMIT {LOOKED_AT}"
    ).fetchall()
    samples = []
    for place, key in enumerate(keys):
        found = dict.fromkeys(row[place] for row in top if row[place] is not None)
        if not found and filled[place]:
            rows = connection.execute(
                f"SELECT left({key}, 80) FROM (SELECT _row, {key} FROM {table} "
                f"WHERE {key} IS NOT NULL LIMIT {LOOKED_AT}) GROUP BY 1 ORDER BY min(_row)"
            ).fetchall()
            found = dict.fromkeys(row[0] for row in rows)
        samples.append(list(found)[:SAMPLES])
    return samples
