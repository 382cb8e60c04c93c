"""What a check finds in a book, asked as a count and as a list, which must agree."""

from __future__ import annotations

from salesops.book.book import Book
from salesops.book.listing import Ask, rows_of
from salesops.data_quality import CHECKS, run_checks, worklist


def wrong(book: Book, name: str) -> set[str]:
    """The ids of what the check finds."""
    listing = worklist(CHECKS[name], book)
    found = rows_of(book.engine, listing, Ask(), everything=True).dicts()
    ids = [row["_id"] for row in found]
    counted = run_checks(book).of(name)
    assert counted.why == ""
    assert counted.rows == len(ids) == len(set(ids))
    return set(ids)
