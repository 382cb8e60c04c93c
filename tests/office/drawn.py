"""What an import has read, drawn as text: a workbench with the declared tables filled."""

from __future__ import annotations

import duckdb

from salesops.book.deletion import DELETION, deletion_table
from salesops.importers.problems import create_problem_tables
from salesops.tables import TABLES
from tests.drawn import insert_drawn, read_drawing


def workbench(**tables: str) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection whose declared tables hold what is drawn, as `importers.read` leaves them; `deletion` holds
    the deals that their source deleted."""
    work = duckdb.connect()
    create_problem_tables(work)
    for table in TABLES.values():
        work.execute(table.duckdb_ddl())
    if DELETION in tables:
        work.execute(
            f"CREATE TABLE {DELETION} AS SELECT *, CAST(NULL AS TIMESTAMP) AS deleted_at FROM opportunity"
        )
    declared = {**TABLES, DELETION: deletion_table(TABLES)}
    for name, text in tables.items():
        insert_drawn(work, declared[name], read_drawing(text), "USD")
    return work
