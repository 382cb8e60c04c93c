"""What quotas were when: the spans of their states made whole, and which of them were seen first at which instant."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb

from salesops.book.quota_version import QUOTA_VERSION, QUOTA_VERSIONS, QuotasSeen
from salesops.foundations.instant import OPEN_END

EVER = "TIMESTAMP '0001-01-01'"
# Instants at which a quota was made, changed or deleted, as far as history tells it.
MOVED = (
    f"SELECT known_from AS moment FROM {QUOTA_VERSION} WHERE valid_from = known_from "
    f"UNION ALL SELECT valid_to FROM {QUOTA_VERSION}"
)


def make_versions(work: duckdb.DuckDBPyConnection) -> None:
    """Make the table of the states of quotas where the reading has none."""
    ddl = QUOTA_VERSIONS.duckdb_ddl()
    work.execute(ddl.replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS"))


def complete_versions(work: duckdb.DuckDBPyConnection, seen_at: datetime) -> None:
    """A state holds for all days of which nothing else is told; a quota without history is, as it is, its only state."""
    work.execute(
        f"""
        INSERT INTO {QUOTA_VERSION} BY NAME
        SELECT q.*, CAST($seen AS TIMESTAMP) AS known_from
        FROM quota q ANTI JOIN {QUOTA_VERSION} v ON v.id = q.id
        """,
        {"seen": seen_at},
    )
    work.execute(
        f"UPDATE {QUOTA_VERSION} SET valid_from = coalesce(valid_from, {EVER}), "
        f"valid_to = coalesce(valid_to, {OPEN_END})"
    )


def first_seen(work: duckdb.DuckDBPyConnection, versions: str) -> tuple[QuotasSeen, ...]:
    """Of these states, given as a select, those before which nothing is told, by the instant at which they were seen."""
    found = work.execute(
        "SELECT known_from, CASE WHEN count(starts_on) = count(*) THEN min(starts_on) END, "
        f"CASE WHEN count(ends_on) = count(*) THEN max(ends_on) END FROM ({versions}) "
        "WHERE valid_from < known_from GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return tuple(QuotasSeen(at.replace(tzinfo=UTC), first, after) for at, first, after in found)
