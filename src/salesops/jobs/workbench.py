"""The DuckDB in which rows are put together before they become a book or records."""

from __future__ import annotations

from pathlib import Path

import duckdb

from salesops.foundations.threads import threads

WORK_MEMORY = "1400MB"


def workbench(file: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """The workbench in `file`, which spills beside it what memory does not hold."""
    connection = duckdb.connect(
        str(file),
        read_only=read_only,
        config={
            "memory_limit": WORK_MEMORY,
            "temp_directory": str(file.with_name("spill")),
            "threads": str(threads()),
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = false")
    return connection
