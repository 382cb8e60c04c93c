"""Problems gathered: exact counts, examples of each kind, and every refused row word for word."""

from __future__ import annotations

from collections import Counter

import duckdb

from salesops.foundations.problem import Problem
from salesops.importers.model import SourceFile

KEPT_EXAMPLES = 1_000


def create_problem_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """`_problem` (examples), `_problem_count` (exact), `_refused_row` (the records to mend)."""
    connection.execute(
        "CREATE OR REPLACE TABLE _problem (code VARCHAR, severity VARCHAR, message VARCHAR, remedy VARCHAR, "
        "file VARCHAR, row BIGINT, column_name VARCHAR, value VARCHAR, table_name VARCHAR, record_id VARCHAR)"
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
            "INSERT INTO _problem VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
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
    among: dict[str, list[object]] | None = None,
) -> None:
    """Many rows with one fault: `rows_sql` selects `row, value, record_id` of each, from `among` if given."""
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
        f"left(CAST(value AS VARCHAR), 200), $table, CAST(record_id AS VARCHAR) FROM ({rows_sql}) "
        f"ORDER BY row, record_id LIMIT {KEPT_EXAMPLES}",
        {
            "code": problem.code,
            "severity": problem.severity.value,
            "message": problem.message,
            "remedy": problem.remedy,
            "file": problem.file,
            "column": problem.column,
            "table": problem.table,
            **(among or {}),
        },
    )


def note_any(connection: duckdb.DuckDBPyConnection, problem: Problem, rows_sql: str) -> int:
    """As `note_rows`, of however many rows there are; nothing is noted where there are none. Returns how many."""
    found = connection.execute(f"SELECT count(*) FROM ({rows_sql})").fetchone()
    count = int(found[0]) if found else 0
    if count:
        note_rows(connection, problem, rows_sql, count)
    return count


class Gathered:
    """Faults told one by one: exact counts, the first examples of each kind, every refused record."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self.examples: list[Problem] = []
        self.refused: list[tuple[int, list[str], str]] = []

    def note(self, problem: Problem) -> None:
        """One fault."""
        kind = (problem.code, problem.column, problem.message)
        self.counts[kind] += 1
        if self.counts[kind] <= KEPT_EXAMPLES:
            self.examples.append(problem)

    def refuse(self, problem: Problem, cells: list[str]) -> None:
        """One fault that costs its record, which is kept as it was."""
        self.note(problem)
        self.refused.append((problem.row or 0, cells, problem.message))


_AMONG = "SELECT unnest($rows) AS row, unnest($values) AS value, NULL AS record_id"


def _of_kind(gathered: Gathered, kind: tuple[str, str, str]) -> dict[str, list[object]]:
    """The rows and values of the examples of one kind."""
    mine = [p for p in gathered.examples if (p.code, p.column, p.message) == kind]
    return {"rows": [p.row for p in mine], "values": [p.value for p in mine]}


def note_gathered(
    connection: duckdb.DuckDBPyConnection, gathered: Gathered, file: str, header: list[str]
) -> None:
    """Everything gathered while one file was read."""
    first = {(p.code, p.column, p.message): p for p in reversed(gathered.examples)}
    for kind, problem in first.items():
        note_rows(
            connection, problem, _AMONG, gathered.counts[kind], among=_of_kind(gathered, kind)
        )
    for start in range(0, len(gathered.refused), 10_000):
        part = gathered.refused[start : start + 10_000]
        connection.execute(
            "INSERT INTO _refused_row SELECT ?, r, ?, c, w FROM (SELECT unnest(?) AS r, "
            "unnest(CAST(? AS VARCHAR[][])) AS c, unnest(?) AS w)",
            [
                file,
                header,
                [r for r, _, _ in part],
                [fitted(c, len(header)) for _, c, _ in part],
                [w for _, _, w in part],
            ],
        )


def fitted(cells: list[str], width: int) -> list[str]:
    """Cells under a header of `width` columns; what is beyond it stays in the last, so nothing is lost."""
    if len(cells) > width:
        return [*cells[: width - 1], ",".join(cells[width - 1 :])]
    return [*cells, *[""] * (width - len(cells))]


def one_refusal_a_row(connection: duckdb.DuckDBPyConnection) -> None:
    """A record refused for several reasons is one record, with all of them."""
    connection.execute(
        "CREATE OR REPLACE TABLE _refused_row AS SELECT file, row, any_value(header) AS header, "
        "any_value(record) AS record, string_agg(DISTINCT reason, ' ' ORDER BY reason) AS reason "
        "FROM _refused_row GROUP BY file, row ORDER BY file, row"
    )


def keep_rows(
    connection: duckdb.DuckDBPyConnection, file: SourceFile, condition: str, reason: str
) -> None:
    """Keep the staged rows of a file that meet a condition, to be mended."""
    key = {c.name: c.key for c in file.columns}
    cells = ", ".join(key.get(name, "''") for name in file.header)
    connection.execute(
        f"INSERT INTO _refused_row SELECT ?, _row, ?, [{cells}], ? FROM staged.{file.staging} "
        f"WHERE {condition}",
        [file.name, file.header, reason],
    )
