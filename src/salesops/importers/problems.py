"""Problems gathered: exact counts, examples of each kind, and every refused row word for word."""

from __future__ import annotations

import duckdb

from salesops.foundations.problem import Problem

KEPT_EXAMPLES = 1_000


def create_problem_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """`_problem` (examples), `_problem_count` (exact), `_refused_row` (the records to mend)."""
    connection.execute(
        "CREATE OR REPLACE TABLE _problem (code VARCHAR, severity VARCHAR, message VARCHAR, remedy VARCHAR, "
        "file VARCHAR, row BIGINT, column_name VARCHAR, value VARCHAR, table_name VARCHAR)"
    )
    connection.execute(
        "CREATE OR REPLACE TABLE _problem_count (code VARCHAR, severity VARCHAR, message VARCHAR, "
        "remedy VARCHAR, file VARCHAR, column_name VARCHAR, table_name VARCHAR, rows BIGINT, "
        "amount_minor BIGINT)"
    )
    connection.execute(
        "CREATE OR REPLACE TABLE _refused_row (file VARCHAR, row BIGINT, header VARCHAR[], record VARCHAR[], "
        "reason VARCHAR)"
    )


def note_problem(connection: duckdb.DuckDBPyConnection, problem: Problem, rows: int = 1) -> None:
    """One problem; problems of the same code, message, file and column are counted together."""
    found = connection.execute(
        "UPDATE _problem_count SET rows = rows + ? WHERE code = ? AND file = ? AND column_name = ? "
        "AND message = ? RETURNING rows",
        [rows, problem.code, problem.file, problem.column, problem.message],
    ).fetchone()
    if found is None:
        connection.execute(
            "INSERT INTO _problem_count VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)",
            [
                problem.code,
                problem.severity.value,
                problem.message,
                problem.remedy,
                problem.file,
                problem.column,
                problem.table,
                rows,
            ],
        )
    if found is None or found[0] <= KEPT_EXAMPLES:
        connection.execute(
            "INSERT INTO _problem VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                problem.code,
                problem.severity.value,
                problem.message,
                problem.remedy,
                problem.file,
                problem.row,
                problem.column,
                problem.value,
                problem.table,
            ],
        )


def note_rows(
    connection: duckdb.DuckDBPyConnection,
    problem: Problem,
    rows_sql: str,
    count: int,
    amount_minor: int | None = None,
) -> None:
    """Many rows with one fault: `rows_sql` selects `row, value` of each."""
    connection.execute(
        "INSERT INTO _problem_count VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            problem.code,
            problem.severity.value,
            problem.message,
            problem.remedy,
            problem.file,
            problem.column,
            problem.table,
            count,
            amount_minor,
        ],
    )
    connection.execute(
        f"INSERT INTO _problem SELECT $code, $severity, $message, $remedy, $file, row, $column, "
        f"left(CAST(value AS VARCHAR), 200), $table FROM ({rows_sql}) LIMIT {KEPT_EXAMPLES}",
        {
            "code": problem.code,
            "severity": problem.severity.value,
            "message": problem.message,
            "remedy": problem.remedy,
            "file": problem.file,
            "column": problem.column,
            "table": problem.table,
        },
    )


def note_refused(
    connection: duckdb.DuckDBPyConnection,
    file: str,
    row: int,
    header: list[str],
    cells: list[str],
    reason: str,
) -> None:
    """Keep a refused record as it was."""
    connection.execute(
        "INSERT INTO _refused_row VALUES (?, ?, ?, ?, ?)", [file, row, header, cells, reason]
    )
