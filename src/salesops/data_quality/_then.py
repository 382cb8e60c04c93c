"""A book's tables as they were at a former reading, as SQL that stands before a question."""

from __future__ import annotations

import re

from salesops.book.book import Book
from salesops.tables import TABLES


def tables_then(book: Book, asked: str) -> list[str]:
    """The tables that `asked` reads as of the book's instant, as parts of it; none where it is the latest.

    The deals are those that `Book.as_of` reads, which a test holds it to: open ones at the rate and in the
    team of that day. They are read once, with the columns that are named in the question.
    """
    if not book.is_past:
        return []
    named = set(re.findall(r"\w+", asked)) | {"team", "value_minor"}
    columns = [c for c in TABLES["opportunity"].column if c in named - {"id"}]
    derived = {
        "value_minor": """CASE WHEN v.is_closed OR r.minor_rate IS NULL THEN v.value_minor
            ELSE CAST(round(v.amount_minor * r.minor_rate) AS BIGINT) END AS value_minor""",
        "team": "CASE WHEN v.is_closed THEN v.team ELSE coalesce(m.team, v.team) END AS team",
    }
    read = ", ".join(derived.get(c, f"v.{c}") for c in columns)
    deals = f"""opportunity AS MATERIALIZED (
        SELECT v.opportunity_id AS id, {read}
        FROM main.opportunity_version v
        LEFT JOIN exchange_rate r
            ON r.currency = v.currency AND r.valid_from <= $today AND r.valid_to > $today
        LEFT JOIN team_membership m
            ON m.person_id = v.owner_id AND m.valid_from <= $today AND m.valid_to > $today
        WHERE v.valid_from <= $as_of AND v.valid_to > $as_of
    )"""
    versions = """opportunity_version AS NOT MATERIALIZED (
        SELECT * FROM main.opportunity_version WHERE valid_from <= $as_of
    )"""
    return [deals, versions]
