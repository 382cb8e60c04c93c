"""The problems of the current generation, as pages show them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

import duckdb

from salesops.book.book import Book
from salesops.book.engine import NOTHING, Rows
from salesops.tables import TABLES

_ORDER = (
    "CASE severity WHEN 'refused' THEN 0 WHEN 'blanked' THEN 1 WHEN 'doubtful' THEN 2 ELSE 3 END"
)
ADDRESSES = {"opportunity": "/opportunities/", "account": "/accounts/", "person": "/people/"}
TONES = {"refused": "bad", "blanked": "warn", "doubtful": "warn", "note": ""}
WORDS = {
    "refused": "Left out",
    "blanked": "Value left empty",
    "doubtful": "To look at",
    "note": "Good to know",
}


class Asked(Protocol):
    """What knows the problems: an engine, or a file that is not yet a book's."""

    def run(self, sql: str, values: Mapping[str, Any] = NOTHING) -> Rows:
        """Rows of a question in SQL."""


class _File:
    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def run(self, sql: str, values: Mapping[str, Any] = NOTHING) -> Rows:
        self._connection.execute(sql, dict(values))
        columns = tuple(d[0] for d in self._connection.description or ())
        return Rows(columns, self._connection.fetchall())


@contextmanager
def asking(file: Path) -> Iterator[Asked]:
    """A finished DuckDB file, to be asked."""
    with duckdb.connect(str(file), read_only=True) as connection:
        yield _File(connection)


def problems_of(book: Book) -> list[dict[str, Any]]:
    """Kinds of problems with counts, without notes, the most rows first."""
    return [p for p in every_problem(book.engine) if p["severity"] != "note"]


def every_problem(engine: Asked) -> list[dict[str, Any]]:
    """Every kind of problem with its exact count and three examples."""
    found = engine.run(
        "SELECT code, severity, message, remedy, file, column_name, table_name, rows, amount_minor "
        f"FROM _problem_count ORDER BY {_ORDER}, rows DESC, message"
    ).dicts()
    for problem in found:
        examples = engine.run(
            "SELECT row, value, record_id FROM _problem WHERE code = $code AND file = $file AND column_name = $column "
            "AND message = $message ORDER BY row LIMIT 3",
            {
                "code": problem["code"],
                "file": problem["file"],
                "column": problem["column_name"],
                "message": problem["message"],
            },
        ).rows
        problem["examples"] = [_example(problem["table_name"], *e) for e in examples]
        problem["tone"] = TONES[problem["severity"]]
        problem["column"] = _column(problem["table_name"], problem["column_name"])
        problem["words"] = WORDS[problem["severity"]]
    return found


def _column(table: str, name: str) -> str:
    """A column of ours in words; one of the files' own as it is written there."""
    is_ours = table in TABLES and name in TABLES[table].column
    return name.removesuffix("_minor").removesuffix("_id").replace("_", " ") if is_ours else name


def _example(table: str, row: int | None, value: str | None, key: str | None) -> dict[str, str]:
    """One example in words, with the page of its record where it has one."""
    address = ADDRESSES.get(table, "")
    link = address + quote(key, safe="") if address and key else ""
    if row:
        return {"said": f"row {row:,}: {value}" if value else f"row {row:,}", "link": link}
    return {"said": str(value or key or ""), "link": link}


def refused_files(engine: Asked) -> list[tuple[str, int]]:
    """Files of which rows were refused, with how many."""
    return [
        (row[0], row[1])
        for row in engine.run("SELECT file, count(*) FROM _refused_row GROUP BY 1 ORDER BY 1").rows
    ]
