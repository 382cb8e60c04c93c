"""How far a copy of the records has come, so that it knows when there is something it has not seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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
    if not is_of_this_database(mark):
        return True
    with connection.cursor() as cursor:
        return any(_has_newer(cursor, name, mark) for name in NOUNS)


def is_of_this_database(mark: str) -> bool:
    """Whether `mark` was taken here and nothing was taken back since, so that `newer_than` tells what is new."""
    now = watermark()
    if connection.vendor == "postgresql":
        return bool(mark) and mark.partition("/")[0] == now.partition("/")[0]
    then, today = mark.split("-"), now.split("-")
    return len(then) == len(today) and all(
        t.isdigit() and int(t) <= int(n) for t, n in zip(then, today, strict=True)
    )


def tells_what_changed(mark: str) -> bool:
    """Whether `newer_than` finds all that was written since `mark`.

    On PostgreSQL not from within a transaction that may have written itself: its snapshots leave it out.
    """
    is_writing = connection.vendor == "postgresql" and connection.in_atomic_block
    return not is_writing and is_of_this_database(mark)


def newer_than(mark: str, name: str, version: str) -> str:
    """SQL that is true of the versions `version` of the noun `name` that a copy with `mark` has not seen."""
    if connection.vendor != "postgresql":
        return f"{version}.version > {int(mark.split('-')[list(NOUNS).index(name)])}"
    seen = mark.partition("/")[2]
    oldest = int(seen.partition(":")[0])
    if not set(seen) <= set("0123456789:,"):
        raise ValueError(f"{mark} is no watermark.")
    return (
        f"({version}.mark >= {oldest} "
        f"AND NOT pg_visible_in_snapshot({version}.mark::text::xid8, '{seen}'::pg_snapshot))"
    )


def _has_newer(cursor: Any, name: str, mark: str) -> bool:
    table = NOUNS[name].versions._meta.db_table
    cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}" v WHERE {newer_than(mark, name, "v")})')
    return bool(cursor.fetchone()[0])
