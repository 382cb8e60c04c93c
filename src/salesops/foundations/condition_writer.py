"""The words a condition is written in: Ibis over a table, or DuckDB's SQL where Ibis would cost its import.

A condition is built once, with the operators of Python and the few words here; both writers have the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

_TYPES = {"int64": "BIGINT", "boolean": "BOOLEAN"}


class Words(Protocol):
    """What a condition needs beside operators; `words["stage"]` is a column."""

    def __getitem__(self, key: str) -> Any: ...

    def literal(self, value: Any, kind: str | None = None) -> Any:
        """A constant, of an Ibis type where one is named."""

    def null(self, kind: str) -> Any:
        """Nothing, of an Ibis type."""

    def coalesce(self, *values: Any) -> Any:
        """The first that is not null."""

    def cases(self, branches: Sequence[tuple[Any, Any]], other: Any) -> Any:
        """The value of the first branch whose condition holds, else the other."""


class IbisWords:
    """Writes an Ibis expression over a table."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __getitem__(self, key: str) -> Any:
        return self._table[key]

    def literal(self, value: Any, kind: str | None = None) -> Any:
        """A constant."""
        import ibis

        return ibis.literal(value, kind)

    def null(self, kind: str) -> Any:
        """Nothing, of a type."""
        import ibis

        return ibis.null(kind)

    def coalesce(self, *values: Any) -> Any:
        """The first that is not null."""
        import ibis

        return ibis.coalesce(*values)

    def cases(self, branches: Sequence[tuple[Any, Any]], other: Any) -> Any:
        """The value of the first branch whose condition holds, else the other."""
        import ibis

        return ibis.cases(*branches, else_=other)


class SqlWords:
    """Writes DuckDB's SQL; `column` says how a column is named there."""

    def __init__(self, column: Callable[[str], str]) -> None:
        self._column = column

    def __getitem__(self, key: str) -> Sql:
        return Sql(self._column(key))

    def literal(self, value: Any, kind: str | None = None) -> Sql:
        """A constant."""
        written = Sql(_written(value))
        return written.cast(kind) if kind else written

    def null(self, kind: str) -> Sql:
        """Nothing, of a type."""
        return Sql("NULL").cast(kind)

    def coalesce(self, *values: Sql) -> Sql:
        """The first that is not null."""
        return Sql(f"coalesce({', '.join(v.text for v in values)})")

    def cases(self, branches: Sequence[tuple[Sql, Sql]], other: Sql) -> Sql:
        """The value of the first branch whose condition holds, else the other."""
        whens = " ".join(f"WHEN {c.text} THEN {v.text}" for c, v in branches)
        return Sql(f"CASE {whens} ELSE {other.text} END")


@dataclass(frozen=True, eq=False)
class Sql:
    """A piece of SQL that answers to the operators and methods of an Ibis value."""

    text: str

    def __eq__(self, other: Sql) -> Sql:  # type: ignore[override]
        return self._with("=", other)

    def __ne__(self, other: Sql) -> Sql:  # type: ignore[override]
        return self._with("<>", other)

    def __lt__(self, other: Sql) -> Sql:
        return self._with("<", other)

    def __le__(self, other: Sql) -> Sql:
        return self._with("<=", other)

    def __gt__(self, other: Sql) -> Sql:
        return self._with(">", other)

    def __ge__(self, other: Sql) -> Sql:
        return self._with(">=", other)

    def __and__(self, other: Sql) -> Sql:
        return self._with("AND", other)

    def __or__(self, other: Sql) -> Sql:
        return self._with("OR", other)

    def __add__(self, other: Sql) -> Sql:
        return self._with("+", other)

    def __sub__(self, other: Sql) -> Sql:
        return self._with("-", other)

    def __mul__(self, other: Sql) -> Sql:
        return self._with("*", other)

    def __invert__(self) -> Sql:
        return Sql(f"(NOT {self.text})")

    def __neg__(self) -> Sql:
        return Sql(f"(- {self.text})")

    def cast(self, kind: str) -> Sql:
        """As another type, named as Ibis names it."""
        return Sql(f"CAST({self.text} AS {_TYPES.get(kind, kind.upper())})")

    def isnull(self) -> Sql:
        """Whether it is null."""
        return Sql(f"({self.text} IS NULL)")

    def fill_null(self, value: Any) -> Sql:
        """A constant where it is null."""
        return Sql(f"coalesce({self.text}, {_written(value)})")

    def isin(self, values: Sequence[str]) -> Sql:
        """Whether it is one of several constants."""
        return Sql(f"({self.text} IN ({', '.join(map(_written, values))}))")

    def like(self, pattern: str) -> Sql:
        """Whether it has the shape of a pattern."""
        return Sql(f"({self.text} LIKE {_written(pattern)})")

    def lower(self) -> Sql:
        """In small letters."""
        return Sql(f"lower({self.text})")

    def upper(self) -> Sql:
        """In capital letters."""
        return Sql(f"upper({self.text})")

    def length(self) -> Sql:
        """How many code points it has."""
        return Sql(f"length({self.text})")

    def _with(self, sign: str, other: Sql) -> Sql:
        return Sql(f"({self.text} {sign} {other.text})")


def _written(value: Any) -> str:
    """A constant as DuckDB writes it. A condition's text holds no null character, so no literal can."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(int(value))
