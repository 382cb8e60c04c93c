"""Staging: a data file as a table of text in DuckDB, each record with its row number."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from salesops.foundations.problem import Refusal
from salesops.importers.cleaning import CleanFile, Tick, clean_text, sheets, unique_names
from salesops.importers.model import Cancelled, Limits
from salesops.importers.problems import Gathered
from salesops.importers.room import is_full
from salesops.importers.salesforce import wanted_columns
from salesops.importers.unpacking import DataFile

# DuckDB's complaint quotes the row it stumbled over, and may cut it in the middle of a letter.
_FAULTS = (duckdb.Error, UnicodeDecodeError)
WATCHED = 16 * 1024 * 1024
LOOK_EVERY = 0.5
LEAST_LINE = 1024 * 1024
MOST_LINE = 64 * 1024 * 1024
# Tables keep their rows in the order of the file, and row 1 is the header.
_PLACE = "rowid + 2"
_SPACES = ("' '", "chr(9)", "chr(10)", "chr(13)", "chr(160)")


@dataclass
class Staged:
    """A staging table: `c0`, `c1`, … as text, blank as NULL; `header` names what it keeps.

    It has `_row` where a row's place does not tell its number. Refused records have every column of the
    file, named by `whole_header`.
    """

    header: list[str]
    encoding: str
    delimiter: str
    whole_header: list[str]
    gathered: Gathered


def stage(
    connection: duckdb.DuckDBPyConnection, file: DataFile, work: Path, limits: Limits, tick: Tick
) -> Iterator[tuple[str, Staged | Refusal]]:
    """The tables in `file`: one, or one a sheet, or why it holds none."""
    # Text is read back once: to find how it packs best takes longer than to write and read all of it.
    connection.execute("PRAGMA force_compression = 'uncompressed'")
    ending = file.path.suffix.lower()
    try:
        tables = (
            sheets(file.name, file.path, work, limits)
            if ending == ".xlsx"
            else [(file.name, file.path)]
        )
    except Refusal as refusal:
        yield file.name, refusal
        return
    for name, path in tables:
        try:
            if ending == ".parquet":
                yield name, _parquet(connection, file, limits)
            else:
                yield name, _csv(connection, name, path, work, limits, tick)
        except Refusal as refusal:
            yield name, refusal


def _csv(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    path: Path,
    work: Path,
    limits: Limits,
    tick: Tick,
) -> Staged:
    target = work / "clean.csv"
    clean = clean_text(name, path, target, limits, careful=False, tick=tick)
    try:
        header = _load(connection, name, clean, tick)
    except _FAULTS as error:
        if is_full(error):
            raise
        # Something in it is not as it should be; record by record it can be told what and where.
        clean = clean_text(name, path, target, limits, careful=True, tick=tick)
        try:
            header = _load(connection, name, clean, tick)
        except _FAULTS as again:
            if is_full(again):
                raise
            raise Refusal(
                f"{name} cannot be read as a table, not even row by row. Open it in a spreadsheet, "
                "save it as CSV UTF-8, and open that."
            ) from again
    target.unlink(missing_ok=True)
    return Staged(header, clean.encoding, clean.delimiter, clean.header, clean.gathered)


def _load(
    connection: duckdb.DuckDBPyConnection, name: str, clean: CleanFile, tick: Tick
) -> list[str]:
    wanted = wanted_columns(name, clean.header)
    read = [f"c{i}" for i in range(len(clean.header))]
    if clean.has_rows:
        read.insert(0, "_row")
    places = [i for i, n in enumerate(clean.header) if wanted is None or n in wanted]
    kept = [f"{_tidy(f'c{i}')} AS c{new}" for new, i in enumerate(places)]
    if clean.has_rows:
        kept.insert(0, "CAST(_row AS BIGINT) AS _row")
    names = ", ".join(f"'{n}': 'VARCHAR'" for n in read)
    _forget(connection)
    with _watched(connection, clean.path, tick):
        _copy_in(connection, clean, ", ".join(kept), names)
    _number(connection, len(places), has_rows=clean.has_rows)
    return [clean.header[i] for i in places]


def _copy_in(
    connection: duckdb.DuckDBPyConnection, clean: CleanFile, kept: str, names: str
) -> None:
    # Looking for what columns' expressions share takes longer than all else where there are many, and finds nothing.
    connection.execute("SET disabled_optimizers = 'common_subexpressions'")
    # No line is longer than its file, and what is set aside for one is filled with zeros first.
    longest = min(MOST_LINE, max(LEAST_LINE, clean.path.stat().st_size + 1))
    try:
        connection.execute(
            f"CREATE TABLE incoming AS SELECT {kept} FROM read_csv(?, columns={{{names}}}, "
            f"delim=?, header=false, skip=1, quote='\"', escape='\"', auto_detect=false, null_padding=false, "
            f"strict_mode=true, max_line_size={longest}, buffer_size={longest * 2}, nullstr='')",
            [str(clean.path), clean.delimiter],
        )
    finally:
        connection.execute("RESET disabled_optimizers")


def _forget(connection: duckdb.DuckDBPyConnection) -> None:
    """What is left of a table that could not be staged."""
    connection.execute("DROP TABLE IF EXISTS incoming")


@contextmanager
def _watched(connection: duckdb.DuckDBPyConnection, path: Path, tick: Tick) -> Iterator[None]:
    """Tell how far a large file is read, while one statement reads it."""
    size = path.stat().st_size
    if size < WATCHED:
        yield
        return
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    over = threading.Event()

    def look() -> None:
        while not over.wait(LOOK_EVERY):
            share = max(0.0, connection.query_progress()) / 100
            # Whoever wants to stop the work does so in its own thread, not in this one.
            with suppress(Cancelled):
                tick(int(size * share))

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()


def _number(connection: duckdb.DuckDBPyConnection, width: int, *, has_rows: bool) -> None:
    """Leave out rows without any value, and store the numbers of the others where they have gaps."""
    filled = ", ".join(f"c{i}" for i in range(width))
    empty = f"coalesce({filled}) IS NULL"  # the end of a sheet or a gap in it, not a record
    if not connection.execute(f"SELECT 1 FROM incoming WHERE {empty} LIMIT 1").fetchone():
        return
    if has_rows:
        connection.execute(f"DELETE FROM incoming WHERE {empty}")
        return
    connection.execute(
        f"CREATE TABLE numbered AS SELECT {_PLACE} AS _row, * FROM incoming WHERE NOT ({empty})"
    )
    connection.execute("DROP TABLE incoming")
    connection.execute("ALTER TABLE numbered RENAME TO incoming")


def keep_staged(connection: duckdb.DuckDBPyConnection, number: int) -> str:
    """Give what was staged last a name of its own; returns it. It reads as a table with `_row`."""
    name = f"s{number}"
    columns = connection.execute("DESCRIBE incoming").fetchall()
    if columns[0][0] == "_row":
        connection.execute(f"ALTER TABLE incoming RENAME TO {name}")
        return name
    connection.execute(f"ALTER TABLE incoming RENAME TO {name}_text")
    connection.execute(f"CREATE VIEW {name} AS SELECT {_PLACE} AS _row, * FROM {name}_text")
    return name


def make_changeable(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Store the row numbers of a staged table, so that rows can be taken out and put in."""
    if not connection.execute(
        "SELECT 1 FROM duckdb_views() WHERE view_name = ?", [name]
    ).fetchone():
        return
    connection.execute(f"CREATE TABLE changeable AS FROM {name}")
    connection.execute(f"DROP VIEW {name}")
    connection.execute(f"DROP TABLE {name}_text")
    connection.execute(f"ALTER TABLE changeable RENAME TO {name}")


def _tidy(text: str) -> str:
    """Text without space around it, NULL where nothing is left.

    To trim takes longer than to read the cell, so only what begins or ends oddly is trimmed.
    """
    ends = " OR ".join(f"ends_with({text}, {space})" for space in _SPACES)
    odd = f"{text} < '!' OR contains({text}, chr(160)) OR {ends}"
    return f"CASE WHEN {odd} THEN {_trimmed(text)} ELSE {text} END"


def _trimmed(text: str) -> str:
    return f"nullif(trim({text}, {' || '.join(_SPACES)}), '')"


def _parquet(connection: duckdb.DuckDBPyConnection, file: DataFile, limits: Limits) -> Staged:
    _forget(connection)
    try:
        described = connection.execute(
            "DESCRIBE SELECT * FROM read_parquet(?)", [str(file.path)]
        ).fetchall()
        rows = connection.execute(
            "SELECT sum(num_rows) FROM parquet_file_metadata(?)", [str(file.path)]
        ).fetchone()
        _refuse_too_many(file.name, len(described), int(rows[0] or 0) if rows else 0, limits)
        kept = ", ".join(f"{_trimmed(_told(d[0], d[1]))} AS c{i}" for i, d in enumerate(described))
        connection.execute(
            f"CREATE TABLE incoming AS SELECT {kept} FROM read_parquet(?)", [str(file.path)]
        )
        _number(connection, len(described), has_rows=False)
    except duckdb.Error as error:
        if is_full(error):
            raise
        raise Refusal(
            f"{file.name} is not a whole Parquet file. Write it again, or export it as CSV."
        ) from None
    header = unique_names([d[0] for d in described])
    return Staged(header, "", "", header, Gathered())


def _refuse_too_many(name: str, columns: int, rows: int, limits: Limits) -> None:
    if columns > limits.most_columns:
        raise Refusal(
            f"{name} has {columns:,} columns, more than the {limits.most_columns:,} that can be "
            "read. Write only the columns you need."
        )
    if rows > limits.most_rows:
        raise Refusal(
            f"{name} says it holds {rows:,} rows, more than the {limits.most_rows:,} that can be read. "
            "Write it in smaller parts."
        )


def _told(name: str, kind: str) -> str:
    """A column's value as text that reads the same in every country."""
    text = f"CAST({_quoted(name)} AS VARCHAR)"
    if kind in ("FLOAT", "DOUBLE") or kind.startswith("DECIMAL"):
        # A number with three decimals could be taken for thousands; with a fourth it cannot.
        return f"regexp_replace({text}, '(\\.\\d{{3}})$', '\\10')"
    return text


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
