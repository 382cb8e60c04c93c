"""Whether an office's database keeps what it has acknowledged, and is as this program expects it."""

from __future__ import annotations

from typing import Any

from django.db.migrations.executor import MigrationExecutor

# With one of these off, PostgreSQL lost thousands of acknowledged rows in ten power cuts that were tried.
_MUST_NOT_BE_OFF = ("fsync", "full_page_writes", "synchronous_commit")
_NO_WAL = (
    "SQLite keeps its journal in the mode “{mode}” and not as WAL. Put the office's folder on a "
    "disk of this machine; file systems of a network cannot have it."
)


def dangers(connection: Any) -> list[str]:
    """What about the database's settings may lose acknowledged work, a sentence each."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA journal_mode")
            mode = cursor.fetchone()[0]
            if mode == "wal":
                return []
            return [_NO_WAL.format(mode=mode)]
        found = []
        for name in _MUST_NOT_BE_OFF:
            cursor.execute(f"SHOW {name}")
            if cursor.fetchone()[0] == "off":
                found.append(
                    f"PostgreSQL's {name} is off, which loses acknowledged work when the power fails. "
                    f"Set {name} = on in postgresql.conf and restart PostgreSQL."
                )
        return found


def is_behind(connection: Any) -> bool:
    """The database lacks a migration this program has."""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def is_ahead(connection: Any) -> bool:
    """The database has had a migration that this program does not know."""
    loader = MigrationExecutor(connection).loader
    ours = {app for app, _ in loader.disk_migrations}
    return any(
        key not in loader.disk_migrations and key not in loader.replacements
        for key in loader.applied_migrations
        if key[0] in ours
    )
