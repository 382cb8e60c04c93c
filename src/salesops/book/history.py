"""What history keeps of deals: of some columns every former value, of others only what they hold now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from salesops.book.book import Book
from salesops.foundations.problem import Refusal

# So many deals tell whether history keeps a column: where none of them ever had another value, it does not.
_LOOKED_AT = 20_000
# What never changes, is worked out of each state, or goes with the amount.
KNOWN_THEN = frozenset(
    """id created_at created_on currency stage stage_position is_qualified pitched_on qualified_on
    qualified_value_minor""".split()
)
# What is worked out of another column, of which history is kept or not.
MADE_OF: Mapping[str, str] = {"value_minor": "amount_minor", "team": "owner_id"}


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


def told_since(book: Book, columns: Iterable[str]) -> dict[str, datetime | None]:
    """Since when history tells what each column of deals was: from the first change of it that was recorded; None if never.

    What is worked out of stages alone, or never changes, is told from the beginning.
    """
    known = KNOWN_THEN | {"outcome", "is_closed", "is_won", "closed_at"}
    made_of = {**MADE_OF, "closed_on": "close_date"}
    found = {c: book.facts.history_from for c in columns if c in known}
    asked = {c: made_of.get(c, c) for c in columns if c not in known}
    if not asked or book.facts.history_from is None:
        return found | dict.fromkeys(asked)
    kept = sorted(set(asked.values()))
    listed = ", ".join(f'"{c}", lag("{c}") OVER life AS "former_{c}"' for c in kept)
    first = ", ".join(f'min(valid_from) FILTER ("{c}" IS DISTINCT FROM "former_{c}")' for c in kept)
    row = book.engine.run(
        f"SELECT {first} FROM (SELECT valid_from, change_source, row_number() OVER life AS place, {listed} "
        "FROM opportunity_version WINDOW life AS (PARTITION BY opportunity_id ORDER BY valid_from)) "
        "WHERE place > 1 AND change_source = 'history'"
    ).rows[0]
    since = {
        c: None if at is None else at.replace(tzinfo=UTC) for c, at in zip(kept, row, strict=True)
    }
    return found | {c: since[source] for c, source in asked.items()}


def history_from(book: Book, otherwise: str) -> datetime:
    """Since when the book holds history. Raises Refusal where it holds none, with what is so `otherwise`."""
    since = book.facts.history_from
    if since is None:
        raise Refusal(
            f"The book holds no history, so {otherwise}. An OpportunityHistory file would bring it."
        )
    return since
