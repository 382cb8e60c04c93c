"""What history keeps of deals: of some columns every former value, of others only what they hold now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from salesops.book.book import Book
from salesops.foundations.problem import Refusal

# So many deals tell whether history keeps a column: where none of them ever had another value, it does not.
_LOOKED_AT = 20_000


def kept_of_the_past(book: Book, columns: Iterable[str]) -> frozenset[str]:
    """Those columns of deals of which history keeps former values.

    What history does not keep is there as it is now, and would be taken for what was.
    """
    asked = sorted(set(columns))
    if not asked or book.facts.history_from is None:
        return frozenset()
    differs = ", ".join(f"bool_or(v.{c} IS DISTINCT FROM o.{c})" for c in asked)
    found = book.engine.run(
        f"SELECT {differs} FROM opportunity_version v JOIN "
        f"(FROM opportunity ORDER BY hash(id) LIMIT {_LOOKED_AT}) o ON o.id = v.opportunity_id"
    ).rows[0]
    return frozenset(c for c, does in zip(asked, found, strict=True) if does)


def history_from(book: Book, otherwise: str) -> datetime:
    """Since when the book holds history. Raises Refusal where it holds none, with what is so `otherwise`."""
    since = book.facts.history_from
    if since is None:
        raise Refusal(
            f"The book holds no history, so {otherwise}. An OpportunityHistory file would bring it."
        )
    return since
