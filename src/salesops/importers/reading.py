"""Reading: staged text into the declared tables, every fault told, no row harmed by another."""

from __future__ import annotations

from pathlib import Path

import duckdb

from salesops.foundations.problem import Problem, Refusal, Severity
from salesops.foundations.table import DUCKDB_TYPE, Type
from salesops.importers import formats
from salesops.importers.history import fill_history
from salesops.importers.matching import column_type
from salesops.importers.model import Examination, SourceColumn, SourceFile, Watch
from salesops.importers.problems import create_problem_tables, note_rows
from salesops.importers.resolving import resolve
from salesops.importers.sense import look_for_nonsense
from salesops.tables import TABLES

# Columns that exist only while reading: what they are, and of which table.
PASSING = {
    "_deleted": "BOOLEAN",
    "_modified": "TIMESTAMP",
    "_status": "VARCHAR",
    "_first_name": "VARCHAR",
    "_last_name": "VARCHAR",
    "_what": "VARCHAR",
    "_who": "VARCHAR",
    "_subtype": "VARCHAR",
    "_day": "TIMESTAMP",
    "_minutes": "DECIMAL(38,9)",
    "_role_id": "VARCHAR",
    "_period_id": "VARCHAR",
    "_api_name": "VARCHAR",
    "_is_closed": "BOOLEAN",
    "_is_won": "BOOLEAN",
    "_stage_id": "VARCHAR",
}
_RENAMED = {
    "opportunity.status": "_status",
    "person.first_name": "_first_name",
    "person.last_name": "_last_name",
    "pipeline_stage.id": "_stage_id",
}
HELPERS = {
    "_role": "id VARCHAR, name VARCHAR, _deleted BOOLEAN, _modified TIMESTAMP",
    "_period": "id VARCHAR, starts_on DATE, last_day DATE, _deleted BOOLEAN, _modified TIMESTAMP",
    "_field_history": "opportunity_id VARCHAR, valid_from TIMESTAMP, changed_by_id VARCHAR, field VARCHAR, "
    "old_value VARCHAR, new_value VARCHAR, _deleted BOOLEAN, _modified TIMESTAMP",
    "_currency_type": "currency VARCHAR, rate DECIMAL(38,9), is_corporate BOOLEAN, _deleted BOOLEAN, "
    "_modified TIMESTAMP",
}
NO_ID = "000000000000000AAA"
_CATEGORY = """CASE regexp_replace(lower({0}), '[^a-z]', '', 'g')
    WHEN 'omitted' THEN 'omitted' WHEN 'pipeline' THEN 'pipeline' WHEN 'bestcase' THEN 'best_case'
    WHEN 'upside' THEN 'best_case' WHEN 'mostlikely' THEN 'commit' WHEN 'forecast' THEN 'commit'
    WHEN 'commit' THEN 'commit' WHEN 'closed' THEN 'closed' END"""
KIND = """CASE WHEN {0} LIKE '%call%' OR {0} LIKE '%phone%' THEN 'call'
    WHEN {0} LIKE '%demo%' THEN 'demo'
    WHEN {0} LIKE '%mail%' THEN 'email'
    WHEN {0} LIKE '%meeting%' OR {0} LIKE '%visit%' OR {0} LIKE '%appointment%' THEN 'meeting'
    WHEN {0} LIKE '%linkedin%' OR {0} LIKE '%message%' OR {0} LIKE '%sms%' OR {0} LIKE '%chat%' THEN 'message'
    WHEN {0} LIKE '%research%' THEN 'research' WHEN {0} LIKE '%admin%' THEN 'administration'
    WHEN {0} LIKE '%internal%' THEN 'internal' WHEN {0} LIKE '%travel%' THEN 'travel'
    WHEN {0} LIKE '%train%' THEN 'training' ELSE 'task' END"""


def _silent(_step: str, _done: int, _total: int, /) -> None:
    """For those who do not watch."""


def read(
    examination: Examination,
    connection: duckdb.DuckDBPyConnection,
    *,
    progress: Watch = _silent,
) -> None:
    """Fill every table of `TABLES` in `connection`, and the three tables of problems.

    Raises Refusal, naming the question, while one that must be answered is open.
    """
    for question in examination.must_answer:
        raise Refusal(f"{question.sentence} Answer that first.")
    staging = str(Path(examination.staging)).replace("'", "''")
    connection.execute(f"ATTACH '{staging}' AS staged (READ_ONLY)")
    try:
        create_problem_tables(connection)
        for name in ("_problem", "_problem_count", "_refused_row"):
            connection.execute(f"INSERT INTO {name} FROM staged.{name}")
        _create(connection)
        files = [f for f in examination.files if f.table]
        total = sum(f.rows for f in files)
        done = 0
        for number, file in enumerate(files):
            progress(f"Reading {file.name}", done, total)
            _load(connection, file, number)
            done += file.rows
        progress("Putting rows together", done, total)
        resolve(connection, examination)
        fill_history(connection)
        look_for_nonsense(connection)
    finally:
        connection.execute("DETACH staged")


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    for name, table in TABLES.items():
        connection.execute(table.duckdb_ddl())
        columns = ", ".join(f'"{c.name}" {DUCKDB_TYPE[c.type]}' for c in table.columns)
        passing = ", ".join(f"{n} {t}" for n, t in PASSING.items())
        connection.execute(
            f"CREATE TABLE l_{name} ({columns}, {passing}, _file VARCHAR, _part BIGINT, _row BIGINT)"
        )
    for name, columns in HELPERS.items():
        connection.execute(f"CREATE TABLE l{name} ({columns})")


def _load(connection: duckdb.DuckDBPyConnection, file: SourceFile, part: int) -> None:
    columns = [c for c in file.columns if c.target]
    table = str(file.table)
    currency = next(
        (formats.currency_sql(c.key) for c in columns if c.target == f"{table}.currency"), ""
    )
    targets: dict[str, str] = {}
    judged: list[tuple[SourceColumn, str]] = []
    for column in columns:
        name = _RENAMED.get(column.target, column.target.partition(".")[2])
        value = _value(file, column, name, currency)
        if value is None:
            continue
        targets[name] = value
        if value != column.key and column.reads_as != "text":
            judged.append((column, value))
    money = next((c for c in columns if _is_money(c) and "currency" not in targets), None)
    if money is not None and not table.startswith("_") and "currency" in TABLES[table].column:
        targets["currency"] = formats.currency_sql(money.key)
    into = f"l{table}" if table.startswith("_") else f"l_{table}"
    names = ", ".join(f'"{n}"' for n in targets)
    values = ", ".join(f"{v}" for v in targets.values())
    if table.startswith("_"):
        connection.execute(
            f"INSERT INTO {into} ({names}) SELECT {values} FROM staged.{file.staging}"
        )
    else:
        connection.execute(
            f"INSERT INTO {into} ({names}, _file, _part, _row) "
            f"SELECT {values}, ?, ?, _row FROM staged.{file.staging}",
            [file.name, part],
        )
    _tell_unread(connection, file, judged)


def _value(file: SourceFile, column: SourceColumn, name: str, currency: str) -> str | None:
    """SQL from the staged text to the target's value; None where the target takes none."""
    key, how = column.key, column.reads_as
    if how == "percent":
        return f"TRY_CAST(TRY_CAST({key} AS DECIMAL(38,9)) / 100 AS DECIMAL(9,6))"
    if how == "seconds":
        return f"CAST(round(TRY_CAST({key} AS DOUBLE) / 60) AS BIGINT)"
    if how == "inverse":
        rate = f"TRY_CAST({key} AS DOUBLE)"
        return f"CASE WHEN {rate} > 0 THEN CAST(1 / {rate} AS DECIMAL(18,9)) END"
    if how == "category":
        return _CATEGORY.format(key)
    if how == "kind":
        return key
    if name in PASSING or str(file.table).startswith("_"):
        return formats.sql(how, key) if how not in ("", "text") else _identity(key, name)
    kind = column_type(f"{file.table}.{name}")
    if kind is Type.MONEY:
        own = currency or formats.currency_sql(key)
        return formats.minor_sql(formats.sql(how, key), f"coalesce({own}, '')")
    if kind is Type.SHARE:
        number = formats.sql(how, key)
        whole = f"(SELECT max({number}) > 1 FROM staged.{file.staging})"
        return f"TRY_CAST(CASE WHEN {whole} THEN {number} / 100 ELSE {number} END AS DECIMAL(9,6))"
    if kind is Type.COUNT:
        return f"TRY_CAST(round({formats.sql(how, key)}) AS BIGINT)"
    if kind in (Type.DECIMAL, Type.RATE):
        return f"TRY_CAST({formats.sql(how, key)} AS {DUCKDB_TYPE[kind]})"
    if kind in (Type.DATE, Type.INSTANT, Type.YES_NO):
        return formats.sql(how, key)
    if kind is Type.CURRENCY:
        return formats.currency_sql(key)
    if name == "forecast_category":
        return _CATEGORY.format(key)
    if kind is Type.ID:
        return _identity(key, name)
    return key


def _identity(key: str, name: str) -> str:
    """An id as text: `84.0` is 84, and Salesforce's id of nothing is nothing."""
    if not name.endswith("id") and name not in ("_what", "_who", "currency"):
        return key
    return f"nullif(regexp_replace({key}, '^(\\d+)\\.0$', '\\1'), '{NO_ID}')"


def _is_money(column: SourceColumn) -> bool:
    name = column.target.partition(".")[2]
    return name.endswith("_minor")


def _tell_unread(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, judged: list[tuple[SourceColumn, str]]
) -> None:
    """One scan counts every value that is there and could not be read; examples only where there are some."""
    if not judged:
        return
    counts = connection.execute(
        "SELECT "
        + ", ".join(f"count(*) FILTER ({c.key} IS NOT NULL AND ({v}) IS NULL)" for c, v in judged)
        + f" FROM staged.{file.staging}"
    ).fetchone()
    for (column, value), count in zip(judged, counts or (), strict=True):
        if not count:
            continue
        kind = column.reads_as.partition(":")[0]
        what = {
            "date": "a day",
            "instant": "a day and time",
            "number": "a number",
            "yes_no": "yes or no",
            "category": "a forecast category",
        }.get(kind, "a value of this column")
        note_rows(
            connection,
            Problem(
                f"not_{kind or 'read'}",
                Severity.BLANKED,
                f"Values in “{column.name}” are not {what}; they are left empty.",
                "Mend them in the source, or in the file of these rows, and open it again.",
                file=file.name,
                column=column.name,
                table=str(file.table),
            ),
            f"SELECT _row AS row, {column.key} AS value FROM staged.{file.staging} "
            f"WHERE {column.key} IS NOT NULL AND ({value}) IS NULL",
            int(count),
        )
