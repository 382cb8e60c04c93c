"""What changed between two generations of a book: opportunities new, gone, moved, re-valued, re-dated."""

from __future__ import annotations

from pathlib import Path

import duckdb

_WATCHED = {
    "stage": "stage",
    "value_minor": "value",
    "close_date": "close date",
    "owner_id": "owner",
}


def add_changes(base: Path, former: Path | None) -> None:
    """Write `_change` into `base`: opportunity_id, name, what, before, after, value_minor.

    Empty where there is no former generation or it cannot be read.
    """
    with duckdb.connect(str(base)) as connection:
        connection.execute(
            "CREATE OR REPLACE TABLE _change (opportunity_id VARCHAR, name VARCHAR, what VARCHAR, "
            "before VARCHAR, after VARCHAR, value_minor BIGINT)"
        )
        if former is None or not former.exists():
            return
        quoted = str(former).replace("'", "''")
        connection.execute(f"ATTACH '{quoted}' AS former (READ_ONLY)")
        connection.execute(
            """
            INSERT INTO _change
            SELECT n.id, n.name, 'new', NULL, n.stage, n.value_minor
            FROM opportunity n ANTI JOIN former.opportunity f ON f.id = n.id
            UNION ALL
            SELECT f.id, f.name, 'gone', f.stage, NULL, f.value_minor
            FROM former.opportunity f ANTI JOIN opportunity n ON f.id = n.id
            """
        )
        for column, what in _WATCHED.items():
            connection.execute(
                f"""
                INSERT INTO _change
                SELECT n.id, n.name, '{what}', CAST(f.{column} AS VARCHAR),
                    CAST(n.{column} AS VARCHAR), n.value_minor
                FROM opportunity n JOIN former.opportunity f ON f.id = n.id
                WHERE n.{column} IS DISTINCT FROM f.{column}
                """
            )
        connection.execute("DETACH former")
