"""Staging: a data file as a table of text in DuckDB, each record with its row number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from salesops.foundations.problem import Problem, Refusal
from salesops.importers.cleaning import CleanFile, clean_text, sheets
from salesops.importers.model import Limits
from salesops.importers.salesforce import wanted_columns
from salesops.importers.unpacking import DataFile

MOST_LINE = 64 * 1024 * 1024


@dataclass
class Staged:
    """A staging table: `_row` and `c0`, `c1`, … as text, blank as NULL."""

    table: str
    header: list[str]
    encoding: str
    delimiter: str
    refused: list[tuple[int, list[str], str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def stage(
    connection: duckdb.DuckDBPyConnection, file: DataFile, work: Path, limits: Limits
) -> Iterator[tuple[str, Staged]]:
    """The tables in `file`: one, or one a sheet. Raises Refusal where it holds none."""
    ending = file.path.suffix.lower()
    if ending == ".parquet":
        yield file.name, _parquet(connection, file)
    elif ending == ".xlsx":
        for name, path in sheets(file.name, file.path, work, limits):
            yield name, _csv(connection, name, path, work, limits)
    else:
        yield file.name, _csv(connection, file.name, file.path, work, limits)


def _csv(
    connection: duckdb.DuckDBPyConnection, name: str, path: Path, work: Path, limits: Limits
) -> Staged:
    target = work / f"clean-{abs(hash((name, str(path)))):x}.csv"
    clean = clean_text(name, path, target, limits, careful=False)
    try:
        table, header = _load(connection, name, clean)
    except duckdb.Error:
        # Something in it is not as it should be; record by record it can be told what and where.
        clean = clean_text(name, path, target, limits, careful=True)
        try:
            table, header = _load(connection, name, clean)
        except duckdb.Error as error:
            raise Refusal(f"{name} cannot be read: {str(error).splitlines()[0][:200]}") from None
    target.unlink(missing_ok=True)
    return Staged(table, header, clean.encoding, clean.delimiter, clean.refused, clean.problems)


def _load(
    connection: duckdb.DuckDBPyConnection, name: str, clean: CleanFile
) -> tuple[str, list[str]]:
    wanted = wanted_columns(name, clean.header)
    read = [f"c{i}" for i in range(len(clean.header))]
    if clean.has_rows:
        read.insert(0, "_row")
    places = [i for i, n in enumerate(clean.header) if wanted is None or n in wanted]
    kept = ", ".join(f"nullif(trim(c{i}), '') AS c{new}" for new, i in enumerate(places))
    row = "CAST(_row AS BIGINT)" if clean.has_rows else "row_number() OVER () + 1"
    connection.execute("DROP TABLE IF EXISTS incoming")
    connection.execute("SET preserve_insertion_order = true")
    names = ", ".join(f"'{n}': 'VARCHAR'" for n in read)
    connection.execute(
        f"CREATE TABLE incoming AS SELECT {row} AS _row, {kept} FROM read_csv(?, columns={{{names}}}, "
        f"delim=?, header=false, skip=1, quote='\"', escape='\"', auto_detect=false, null_padding=false, "
        f"strict_mode=true, max_line_size={MOST_LINE}, buffer_size={MOST_LINE * 2}, nullstr='')",
        [str(clean.path), clean.delimiter],
    )
    connection.execute("SET preserve_insertion_order = false")
    return "incoming", [clean.header[i] for i in places]


def _parquet(connection: duckdb.DuckDBPyConnection, file: DataFile) -> Staged:
    connection.execute("DROP TABLE IF EXISTS incoming")
    try:
        described = connection.execute(
            "DESCRIBE SELECT * FROM read_parquet(?)", [str(file.path)]
        ).fetchall()
        header = [d[0] for d in described]
        kept = ", ".join(
            f"nullif(trim(CAST({_quoted(n)} AS VARCHAR)), '') AS c{i}" for i, n in enumerate(header)
        )
        connection.execute(
            f"CREATE TABLE incoming AS SELECT row_number() OVER () + 1 AS _row, {kept} FROM read_parquet(?)",
            [str(file.path)],
        )
    except duckdb.Error:
        raise Refusal(f"{file.name} is not a whole Parquet file.") from None
    return Staged("incoming", header, "", "")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
