"""Values written into DuckDB's SQL, where bound ones would cost every process the import of pandas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

# Text and names in quotes are passed over, so that a `$` within them stays what it is.
_PARTS = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)""")


def with_values(sql: str, values: Mapping[str, Any]) -> str:
    """The SQL with every `$name` replaced by its value. Raises KeyError for a name without one."""
    return _PARTS.sub(lambda m: literal(values[m[1]]) if m[1] else m[0], sql)


def literal(value: Any) -> str:
    """A value as DuckDB writes it; text cannot end early, whatever is in it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, float):
        return f"CAST({literal(repr(value))} AS DOUBLE)"
    if isinstance(value, datetime):
        moment = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return f"TIMESTAMP '{moment.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, str):
        parts = ("'" + part.replace("'", "''") + "'" for part in value.split("\0"))
        return " || chr(0) || ".join(parts) if "\0" in value else next(parts)
    if isinstance(value, list | tuple):
        return f"[{', '.join(literal(v) for v in value)}]"
    raise TypeError(f"{type(value).__name__} has no literal in SQL.")
