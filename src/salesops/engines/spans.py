"""Dated spans of people and of currencies: of each, at most one holds on any day."""

from __future__ import annotations

import duckdb

FOREVER_DAY = "DATE '9999-12-31'"


def one_after_the_other(work: duckdb.DuckDBPyConnection, table: str, of: str) -> None:
    """Spans of one person or currency never overlap: a later start ends the one before.

    Of several with the same start the one read last holds; without that a join would multiply rows.
    """
    work.execute(
        f"""
        CREATE OR REPLACE TABLE _spans AS
        WITH last_read AS (
            SELECT *, rowid AS place FROM {table} WHERE valid_from < coalesce(valid_to, {FOREVER_DAY})
            QUALIFY row_number() OVER (PARTITION BY {of}, valid_from ORDER BY place DESC) = 1)
        SELECT * EXCLUDE (place) REPLACE (
            least(coalesce(valid_to, {FOREVER_DAY}),
                  lead(valid_from, 1, {FOREVER_DAY}) OVER (PARTITION BY {of} ORDER BY valid_from))
            AS valid_to)
        FROM last_read
        """
    )
    work.execute(f"DELETE FROM {table}")
    work.execute(f"INSERT INTO {table} BY NAME FROM _spans")
    work.execute("DROP TABLE _spans")
