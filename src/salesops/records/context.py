"""Telling the database which change the running transaction belongs to, so that its triggers can write it down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from salesops.records.change import Context

_SETTINGS = ("change", "effective_at", "keeps_own_history")


@contextmanager
def within(change: int, effective_at: datetime) -> Iterator[None]:
    """Whatever is written inside belongs to `change` and is true from `effective_at`. May be nested.

    Only inside a transaction: the context must never outlive it.
    """
    with _context(change=change, effective_at=effective_at):
        yield


@contextmanager
def history_written_by_hand() -> Iterator[None]:
    """The triggers stand aside: who writes inside writes versions as well. For imports of past states."""
    with _context(keeps_own_history=True):
        yield


@contextmanager
def _context(**values: object) -> Iterator[None]:
    if not connection.in_atomic_block:
        raise RuntimeError("A change is told to the database inside a transaction.")
    former = _read()
    _write({**former, **values})
    try:
        yield
    except BaseException:
        transaction.set_rollback(True)  # the context goes with it, to the savepoint or the whole
        raise
    _write(former)


def _read() -> dict[str, object]:
    if connection.vendor == "sqlite":
        found = Context.objects.values(*_SETTINGS).get()
        return dict(found)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT " + ", ".join(f"current_setting('salesops.{name}', true)" for name in _SETTINGS)
        )
        return dict(zip(_SETTINGS, cursor.fetchone(), strict=True))


def _write(values: dict[str, object]) -> None:
    if connection.vendor == "sqlite":
        Context.objects.update(**values)
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT " + ", ".join(f"set_config('salesops.{name}', %s, true)" for name in _SETTINGS),
            [_said(values[name]) for name in _SETTINGS],
        )


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else ""
    if isinstance(value, datetime):
        return value.isoformat()
    return "" if value is None else str(value)
