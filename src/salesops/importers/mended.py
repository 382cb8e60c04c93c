"""Mended rows: a file of refused rows, opened beside its source, puts each row back in its place."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from salesops.importers.model import SourceFile
from salesops.importers.refused import FORMULA_STARTS, REASON_COLUMN, ROW_COLUMN, refused_name
from salesops.importers.staging import make_changeable

_NUMBERED = re.compile(
    r" ?\(\d+\)\."
)  # as browsers name what was downloaded before, and we what was given before


def take_mended(connection: duckdb.DuckDBPyConnection, files: list[SourceFile]) -> None:
    """Rows of mended files replace the rows they came from; without their source they stand alone."""
    for file in files:
        added = [c for c in file.columns if c.name in (ROW_COLUMN, REASON_COLUMN)]
        if len(added) != 2:
            continue
        file.columns = [c for c in file.columns if c not in added]
        make_changeable(connection, file.staging)
        _as_it_was(connection, file)
        names = [c.name for c in file.columns]
        source = next(
            (
                f
                for f in files
                if f is not file
                and refused_name(f.name) == _as_named(file.name)
                and [c.name for c in f.columns] == names
            ),
            None,
        )
        if source is not None:
            _replace(connection, file, source, added[0].key)


def _as_named(name: str) -> str:
    """The name the file had when it was taken: a workbook that a spreadsheet made of it is the same file."""
    return Path(_NUMBERED.sub(".", name)).with_suffix(".csv").name


def _as_it_was(connection: duckdb.DuckDBPyConnection, file: SourceFile) -> None:
    """Takes away the apostrophes that kept a spreadsheet from reading text as a formula."""
    for column in file.columns:
        key = column.key
        connection.execute(
            f"UPDATE {file.staging} SET {key} = substr({key}, 2) "
            f"WHERE starts_with({key}, chr(39)) AND list_contains($starts, substr({key}, 2, 1))",
            {"starts": list(FORMULA_STARTS)},
        )


def _replace(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, source: SourceFile, row: str
) -> None:
    make_changeable(connection, source.staging)
    place = f"TRY_CAST({row} AS BIGINT)"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE mended AS SELECT DISTINCT {place} AS row FROM {file.staging} "
        f"WHERE {place} IS NOT NULL"
    )
    connection.execute(f"DELETE FROM {source.staging} WHERE _row IN (SELECT row FROM mended)")
    into = ", ".join(c.key for c in source.columns)
    values = ", ".join(c.key for c in file.columns)
    # A row without its number, added by hand, gets one beyond all others.
    beyond = f"(SELECT coalesce(max(_row), 1) FROM {source.staging})"
    connection.execute(
        f"INSERT INTO {source.staging} (_row, {into}) "
        f"SELECT coalesce({place}, {beyond} + _row), {values} FROM {file.staging}"
    )
    found = connection.execute(f"SELECT count(*) FROM {source.staging}").fetchone()
    source.rows = int(found[0]) if found else 0
    file.table, file.why = None, f"Its rows took the place of those in {source.name}."
    file.columns = []
    _forget_faults(connection, source.name)


def _forget_faults(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """What was told of the rows that are mended is told no more."""
    gone = {
        ("broken_row", reason): count
        for reason, count in connection.execute(
            "SELECT reason, count(*) FROM _refused_row WHERE file = ? "
            "AND row IN (SELECT row FROM mended) GROUP BY 1",
            [name],
        ).fetchall()
    }
    for code, message, count in connection.execute(
        "SELECT code, message, count(*) FROM _problem WHERE file = ? "
        "AND row IN (SELECT row FROM mended) GROUP BY ALL",
        [name],
    ).fetchall():
        gone.setdefault((code, message), count)
    for (code, message), count in gone.items():
        connection.execute(
            "UPDATE _problem_count SET rows = rows - ? WHERE file = ? AND code = ? AND message = ?",
            [count, name, code, message],
        )
    for table in ("_refused_row", "_problem"):
        connection.execute(
            f"DELETE FROM {table} WHERE file = ? AND row IN (SELECT row FROM mended)", [name]
        )
    connection.execute("DELETE FROM _problem_count WHERE rows <= 0")
