"""Deals that their source tells as deleted: none of what is now, and what the files tell of their past stays."""

from __future__ import annotations

import duckdb

from salesops.book.deletion import DELETION
from salesops.importers.joining import held

_DELETED = "(SELECT id FROM l_opportunity WHERE _deleted)"


def keep_their_history(connection: duckdb.DuckDBPyConnection) -> None:
    """Rows of history that went with their deal are read as those of any other deal."""
    # Nothing can be said of a deal that does not even tell its stage.
    connection.execute("DELETE FROM l_opportunity WHERE _deleted AND stage IS NULL")
    for table in ("l_opportunity_version", "l_field_history"):
        connection.execute(
            f"UPDATE {table} SET _deleted = false WHERE _deleted AND opportunity_id IN {_DELETED}"
        )


def take_out_deleted(connection: duckdb.DuckDBPyConnection) -> None:
    """Deleted deals go from the deals to the deletions, each with the instant its row last changed.

    Empty where the source tells none; then all that is known is that it is deleted now.
    """
    if not connection.execute(f"{_DELETED} LIMIT 1").fetchone():
        return
    connection.execute(
        f"CREATE TABLE {DELETION} AS SELECT *, CAST(NULL AS TIMESTAMP) AS deleted_at FROM opportunity LIMIT 0"
    )
    columns = ", ".join(f'o."{c}"' for c in held(connection, "opportunity"))
    connection.execute(
        f"""
        INSERT INTO {DELETION} BY NAME
        SELECT {columns}, CASE WHEN l._modified IS NOT NULL THEN
            greatest(l._modified, coalesce(v.last + INTERVAL 1 MICROSECOND, l._modified)) END AS deleted_at
        FROM opportunity o JOIN l_opportunity l ON l.id = o.id AND l._deleted
        LEFT JOIN (SELECT opportunity_id, max(valid_from) AS last FROM opportunity_version
            WHERE opportunity_id IN {_DELETED} GROUP BY 1) v ON v.opportunity_id = o.id
        """
    )
    connection.execute(f"DELETE FROM opportunity WHERE id IN {_DELETED}")
