"""How far a copy of the records has come, so that it knows when there is something it has not seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from salesops.records.models import NOUNS


@contextmanager
def one_moment() -> Iterator[None]:
    """What is read inside is all of one moment; writers are not kept waiting. Within a transaction, of that one."""
    if connection.in_atomic_block:
        yield
        return
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # Django's own would take the writers' lock
            try:
                yield
            finally:
                cursor.execute("COMMIT")
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def watermark() -> str:
    """What says how far the records are. Taken within `one_moment`, before the rows are read.

    Orders of keys or of time are not orders of commits on PostgreSQL: what counts there is which transactions
    were seen, so that one left open by anybody keeps no copy behind. Their numbers start again when a database is
    restored elsewhere, so the mark names the cluster.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT system_identifier || '/' || pg_current_snapshot()::text FROM pg_control_system()"
            )
            return str(cursor.fetchone()[0])
        last = []
        for noun in NOUNS.values():
            cursor.execute(f'SELECT max(version) FROM "{noun.versions._meta.db_table}"')
            last.append(str(cursor.fetchone()[0] or 0))
        return "-".join(last)


def is_behind(mark: str) -> bool:
    """Whether something may have changed since `mark` was taken; true also for a mark of another database."""
    if connection.vendor != "postgresql":
        return mark != watermark()
    cluster, _, seen = mark.partition("/")
    if not seen or cluster != watermark().partition("/")[0]:
        return True
    return any(_has_more_than(noun.versions._meta.db_table, seen) for noun in NOUNS.values())


def _has_more_than(table: str, seen: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT EXISTS (SELECT 1 FROM "{table}" WHERE mark >= %s '
            "AND NOT pg_visible_in_snapshot(mark::text::xid8, %s::pg_snapshot))",
            [int(seen.partition(":")[0]), seen],
        )
        return bool(cursor.fetchone()[0])
