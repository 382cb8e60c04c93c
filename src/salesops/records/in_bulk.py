"""Many rows at once into a table of records: by COPY on PostgreSQL, by one statement for all on SQLite."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, models


def insert(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows whose values are Python's (instants aware, money integer), in the order of `columns`.

    Within the caller's transaction. An error of the database is raised as it is: none of the rows is in.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(c) for c in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row([json.dumps(v) if isinstance(v, dict) else v for v in row])
            return
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",
            [[as_sqlite(v) for v in row] for row in rows],
        )


def as_sqlite(value: Any) -> Any:
    """A value as Django keeps it in SQLite."""
    written = _AS_SQLITE.get(type(value))
    return value if written is None else written(value)


def _instant(value: datetime) -> str:
    return str((value if value.tzinfo is UTC else value.astimezone(UTC)).replace(tzinfo=None))


_AS_SQLITE: Mapping[type, Callable[[Any], Any]] = {
    datetime: _instant,
    date: date.isoformat,
    Decimal: str,
    dict: json.dumps,
}
