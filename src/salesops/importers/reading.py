"""Reading: staged text into the declared tables, every fault told, no row harmed by another."""

from __future__ import annotations

from pathlib import Path

import duckdb

from salesops.book.custom import own_field
from salesops.foundations.problem import Problem, Refusal, Severity
from salesops.foundations.table import DUCKDB_TYPE, Type
from salesops.importers import formats
from salesops.importers.deleted_deals import take_out_deleted
from salesops.importers.history import OF_HISTORY, fill_history
from salesops.importers.matching import column_type
from salesops.importers.model import Examination, SourceColumn, SourceFile, Watch
from salesops.importers.problems import (
    create_problem_tables,
    keep_rows,
    note_rows,
    one_refusal_a_row,
)
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
    "_amount": "DECIMAL(27,9)",
    "_left_at": "TIMESTAMP",
}
_RENAMED = {
    "opportunity.status": "_status",
    "opportunity_version.left_at": "_left_at",
    "person.first_name": "_first_name",
    "person.last_name": "_last_name",
    "pipeline_stage.id": "_stage_id",
}
HELPERS = {
    "_role": "id VARCHAR, name VARCHAR, _deleted BOOLEAN, _modified TIMESTAMP",
    "_territory": "id VARCHAR, name VARCHAR, _deleted BOOLEAN, _modified TIMESTAMP",
    "_assignment": "person_id VARCHAR, territory_id VARCHAR, is_active BOOLEAN, _deleted BOOLEAN, "
    "_modified TIMESTAMP",
    "_period": "id VARCHAR, starts_on DATE, last_day DATE, _deleted BOOLEAN, _modified TIMESTAMP",
    "_field_history": "opportunity_id VARCHAR, valid_from TIMESTAMP, changed_by_id VARCHAR, field VARCHAR, "
    "old_value VARCHAR, new_value VARCHAR, old_number DECIMAL(27,9), new_number DECIMAL(27,9), old_day DATE, "
    "new_day DATE, changed_by VARCHAR, _deleted BOOLEAN, _modified TIMESTAMP",
    "_currency_type": "currency VARCHAR, rate DECIMAL(38,9), is_corporate BOOLEAN, _deleted BOOLEAN, "
    "_modified TIMESTAMP",
}
NO_ID = "000000000000000AAA"
_CATEGORY = """CASE regexp_replace(lower({0}), '[^a-z]', '', 'g')
    WHEN 'omitted' THEN 'omitted' WHEN 'pipeline' THEN 'pipeline' WHEN 'bestcase' THEN 'best_case'
    WHEN 'upside' THEN 'best_case' WHEN 'mostlikely' THEN 'commit' WHEN 'forecast' THEN 'commit'
    WHEN 'commit' THEN 'commit' WHEN 'closed' THEN 'closed' END"""


def _silent(_step: str, _done: int, _total: int, /) -> None:
    """For those who do not watch."""


def read(
    examination: Examination,
    connection: duckdb.DuckDBPyConnection,
    *,
    currency: str = "",
    progress: Watch = _silent,
) -> None:
    """Fill every table of `TABLES` in `connection`, and the three tables of problems.

    `currency` is that of money beside which none is named; without it, one with cents is assumed.
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
        _create(connection, examination)
        _load_all(connection, examination, currency, progress)
        resolve(connection, examination)
        fill_history(connection)
        take_out_deleted(connection)
        look_for_nonsense(connection)
        connection.execute("DROP TABLE l_opportunity")
        one_refusal_a_row(connection)
    finally:
        connection.execute("DETACH staged")


def _load_all(
    connection: duckdb.DuckDBPyConnection,
    examination: Examination,
    currency: str,
    progress: Watch,
) -> None:
    files = list(enumerate(f for f in examination.files if f.table))
    total = sum(f.rows for _, f in files)
    done = 0
    # Opportunities first: their history is read in their currency.
    for part, file in sorted(files, key=lambda f: f[1].table != "opportunity"):
        progress(f"Reading {file.name}", done, total)
        _load(connection, file, part, currency)
        done += file.rows
    progress("Putting rows together", done, total)


def _create(connection: duckdb.DuckDBPyConnection, examination: Examination) -> None:
    for name, table in TABLES.items():
        kept, passing = [c.name for c in table.columns], list(PASSING)
        if name == "opportunity_version" and all(
            f.salesforce or f.system for f in examination.files if f.table == name
        ):
            kept, passing = _told_of_history(examination)
        columns = ", ".join(f'"{c}" {DUCKDB_TYPE[table.column[c].type]}' for c in kept)
        columns += "".join(
            f', "{c}" {DUCKDB_TYPE[kind]}' for c, kind in _own_columns(examination, name).items()
        )
        connection.execute(f"CREATE TABLE {name} ({columns})")
        passed = "".join(f"{n} {PASSING[n]}, " for n in passing)
        connection.execute(
            f"CREATE TABLE l_{name} ({columns}, {passed}_file VARCHAR, _part BIGINT, _row BIGINT)"
        )
    for name, columns in HELPERS.items():
        connection.execute(f"CREATE TABLE l{name} ({columns})")


def _own_columns(examination: Examination, table: str) -> dict[str, Type]:
    """The columns of a table that are fields of the company's own, to which columns of the files go."""
    targets = (c.target for f in examination.files if f.table == table for c in f.columns)
    names = (target.partition(".")[2] for target in targets)
    return {n: column_type(f"{table}.{n}") for n in names if own_field(n) is not None}


def _told_of_history(examination: Examination) -> tuple[list[str], list[str]]:
    """The columns of history that an export tells, and those that pass; of the rest a deal tells its state now.

    History has the most rows of all, so columns without any value are dear in it.
    """
    table = TABLES["opportunity_version"]
    told = {"opportunity_id", "valid_from", "changed_by_id", "change_source", *OF_HISTORY}
    for file in examination.files:
        if file.table == table.name:
            told |= {target_name(c) for c in file.columns if c.target}
        elif file.table == "_field_history":
            told.add("owner_id")
    return [c for c in table.column if c in told], [
        "_deleted",
        "_modified",
        "_amount",
        "_left_at",
    ]


def _load(connection: duckdb.DuckDBPyConnection, file: SourceFile, part: int, assumed: str) -> None:
    columns = [c for c in file.columns if c.target]
    table = str(file.table)
    currency = next(
        (formats.currency_sql(c.key) for c in columns if c.target == f"{table}.currency"), ""
    )
    targets: dict[str, str] = {}
    judged: list[tuple[SourceColumn, str]] = []
    kept: dict[str, str] = {}
    for column in columns:
        name = target_name(column)
        value = _value(file, column, name, _currency_of(file, column, currency, assumed))
        targets[name] = value
        if value != column.key and column.reads_as != "text":
            judged.append((column, value))
            kept[name] = column.key
    if table == "opportunity_version":
        targets.setdefault("change_source", "'history'")
    money = next((c for c in columns if _is_money(c)), None)
    if money is not None and table in TABLES and "currency" not in targets:
        if "currency" in TABLES[table].column and not file.salesforce:
            targets["currency"] = formats.currency_sql(money.key)
        is_odd = assumed in formats.ODD_CURRENCIES or _has_odd_currency(connection)
        if table == "opportunity_version" and is_odd:
            targets["_amount"] = formats.sql(money.reads_as, money.key)
    _insert(connection, file, part, targets)
    if not _all_read(connection, file, part, kept):
        _tell_unread(connection, file, judged)


def _insert(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, part: int, targets: dict[str, str]
) -> None:
    names = ", ".join(f'"{n}"' for n in targets)
    values = ", ".join(targets.values())
    source = f"staged.{file.staging}"
    if str(file.table).startswith("_"):
        connection.execute(f"INSERT INTO l{file.table} ({names}) SELECT {values} FROM {source}")
    else:
        connection.execute(
            f"INSERT INTO l_{file.table} ({names}, _file, _part, _row) "
            f"SELECT {values}, ?, ?, _row FROM {source}",
            [file.name, part],
        )


def _has_odd_currency(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether opportunities are in a currency whose minor unit is not a hundredth."""
    odd = ", ".join(f"'{c}'" for c in formats.ODD_CURRENCIES)
    found = connection.execute(
        f"SELECT 1 FROM l_opportunity WHERE currency IN ({odd}) LIMIT 1"
    ).fetchone()
    return found is not None


def _currency_of(file: SourceFile, column: SourceColumn, currency: str, assumed: str) -> str:
    """SQL for the currency of a money column: of its row, else told in the value itself, else assumed."""
    known = [currency] if currency else []
    if not file.salesforce:
        known.append(formats.currency_sql(column.key))
    return f"coalesce({', '.join([*known, formats.quoted(assumed)])})"


def _value(file: SourceFile, column: SourceColumn, name: str, currency: str) -> str:
    """SQL from the staged text to the target's value."""
    key, how = column.key, column.reads_as
    if how == "seconds":
        return f"TRY_CAST(round({formats.exact_sql(key)} / 60) AS BIGINT)"
    if how.startswith("inverse"):
        rate = f"CAST({formats.sql(how.replace('inverse', 'number'), key)} AS DOUBLE)"
        return f"CASE WHEN {rate} > 0 THEN TRY_CAST(1 / {rate} AS DECIMAL(18,9)) END"
    if how == "category" or name == "forecast_category":
        return _CATEGORY.format(key)
    if how == "kind":
        return key
    if name in PASSING or str(file.table).startswith("_"):
        return formats.sql(how, key) if how not in ("", "text") else _identity(key, name)
    kind = column_type(f"{file.table}.{name}")
    if kind is Type.MONEY:
        return formats.money_sql(how, key, currency)
    if kind is Type.SHARE:
        return formats.share_sql(how, key, least=-1 if name == "gross_margin" else 0)
    value = formats.sql(how, key)
    if kind is Type.COUNT:
        return f"TRY_CAST(round({value}) AS BIGINT)"
    if kind in (Type.DECIMAL, Type.RATE):
        return f"TRY_CAST({value} AS {DUCKDB_TYPE[kind]})"
    if kind is Type.CURRENCY:
        return formats.currency_sql(key)
    if kind is Type.ID:
        return _identity(key, name)
    return value


def target_name(column: SourceColumn) -> str:
    """The column of a loading table that a column of a file fills."""
    return _RENAMED.get(column.target, column.target.partition(".")[2])


def _identity(key: str, name: str) -> str:
    """An id as text: `84.0` is 84, and Salesforce's id of nothing is nothing."""
    if not name.endswith("id") and name not in ("_what", "_who", "currency"):
        return key
    whole = f"regexp_replace({key}, '^(\\d+)\\.0$', '\\1')"
    return f"nullif(CASE WHEN ends_with({key}, '.0') THEN {whole} ELSE {key} END, '{NO_ID}')"


def _is_money(column: SourceColumn) -> bool:
    name = column.target.partition(".")[2]
    return name.endswith("_minor")


_WHAT = {
    "date:day-first": "a day written with the day before the month, as others in the column are",
    "date:month-first": "a day written with the month before the day, as others in the column are",
    "date": "a day that can be read in one way only",
    "instant:day-first": "a time written with the day before the month, as others in the column are",
    "instant:month-first": "a time written with the month before the day, as others in the column are",
    "instant": "a day or time that can be read in one way only",
    "number:comma": "a number with a comma before its decimals, as others in the column are",
    "number:point": "a number with a point before its decimals, as others in the column are",
    "percent": "a share from 0 to 100",
    "number": "a number in a range that makes sense here",
    "inverse": "a rate above zero",
    "seconds": "a number of seconds",
    "yes_no": "yes or no",
    "currency": "a currency's three letters or sign",
    "category": "a forecast category (omitted, pipeline, best case, commit or closed)",
}


def _all_read(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, part: int, judged: dict[str, str]
) -> bool:
    """Whether every text became a value, told by counting both, which is far cheaper than reading twice."""
    if not judged or str(file.table).startswith("_"):
        return not judged
    texts = ", ".join(f"count({key})" for key in judged.values())
    values = ", ".join(f'count("{name}")' for name in judged)
    there = connection.execute(f"SELECT {texts} FROM staged.{file.staging}").fetchone()
    read = connection.execute(
        f"SELECT {values} FROM l_{file.table} WHERE _part = ?", [part]
    ).fetchone()
    return there == read


def _tell_unread(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, judged: list[tuple[SourceColumn, str]]
) -> None:
    """One scan counts every value that is there and could not be read; rows are looked up where there are some."""
    if not judged:
        return
    counts = connection.execute(
        "SELECT "
        + ", ".join(f"count(*) FILTER ({c.key} IS NOT NULL AND ({v}) IS NULL)" for c, v in judged)
        + f" FROM staged.{file.staging}"
    ).fetchone()
    for (column, value), count in zip(judged, counts or (), strict=True):
        if count:
            _tell_column(connection, file, column, value, int(count))


def _tell_column(
    connection: duckdb.DuckDBPyConnection,
    file: SourceFile,
    column: SourceColumn,
    value: str,
    count: int,
) -> None:
    kind = column.reads_as.partition(":")[0]
    what = _WHAT.get(column.reads_as) or _WHAT.get(kind) or "a value of this column"
    unread = f"{column.key} IS NOT NULL AND ({value}) IS NULL"
    note_rows(
        connection,
        Problem(
            f"not_{kind}",
            Severity.BLANKED,
            f"Values in “{column.name}” are not {what}; they are left empty.",
            "Mend them in the source, or in the file of these rows and open that with the others.",
            file=file.name,
            column=column.name,
            table=str(file.table),
        ),
        f"SELECT _row AS row, {column.key} AS value, NULL AS record_id FROM staged.{file.staging} "
        f"WHERE {unread}",
        count,
    )
    keep_rows(connection, file, unread, f"“{column.name}” is not {what}.")
