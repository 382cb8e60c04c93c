"""What the record pages share: one row by its id, and the deals that hang on it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404

from salesops.book.book import Book

MOST_DEALS = 25


def record(book: Book, table: str, key: str) -> dict[str, Any]:
    """The row with that id; 404 where there is none."""
    found = book.engine.run(f'SELECT * FROM "{table}" WHERE id = $key', {"key": key}).dicts()
    if not found:
        raise Http404
    return found[0]


def name_of(book: Book, table: str, key: str | None) -> str:
    """The name of a row, or its id where it has none."""
    if not key:
        return ""
    found = book.engine.run(f'SELECT name FROM "{table}" WHERE id = $key', {"key": key}).rows
    return str(found[0][0] or key) if found else key


def deals_of(book: Book, column: str, key: str) -> dict[str, Any]:
    """Opportunities of an account or a person, open ones first; how many there are, and where all are."""
    where = f"{column} = '{key.replace(chr(39), chr(39) * 2)}'"
    counted = book.engine.run(
        f'SELECT count(*) FROM opportunity WHERE "{column}" = $key', {"key": key}
    ).rows
    return {
        "deal_count": counted[0][0],
        "deals_link": f"/opportunities?{urlencode({'where': where})}",
        "deals": book.engine.run(
            "SELECT id, name, stage, outcome, value_minor, close_date FROM opportunity "
            f'WHERE "{column}" = $key '
            f"ORDER BY is_closed, close_date DESC NULLS LAST, id LIMIT {MOST_DEALS}",
            {"key": key},
        ).dicts(),
    }
