"""Home's worklist in an office: what of one's own data is to be mended, in a few lines, or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from salesops.book.book import Book
from salesops.data_quality import Part, Report, of_owner, total
from salesops.web.books import what_is_wrong
from salesops.web.pages.clean_data.clean_data import (
    address_of,
    names_of,
    person_of,
    said_money,
)

# What is asked for by name, and how it is said of one deal and of several.
FIRST = {
    "close_date_past": ("open deal past its close date", "open deals past their close date"),
    "next_step_missing": ("late deal without a next step", "late deals without a next step"),
    "stale": (
        "deal nothing happened to for too long",
        "deals nothing happened to for too long",
    ),
}


@dataclass(frozen=True)
class Line:
    """So many records, what they are, the money at stake, and where they are."""

    rows: int
    words: str
    money: str
    address: str


@dataclass(frozen=True)
class ToMend:
    """The lines, whether they are of the reader's own records or of all they see, and of when where not of now."""

    lines: list[Line]
    is_own: bool
    as_of: datetime | None


def to_mend_of(request: HttpRequest, book: Book) -> ToMend | None:
    """What a reader has to mend: their own, or all they see where none of it is; None where there is nothing."""
    found, person = what_is_wrong(), person_of(request)
    report = found.report
    is_own = bool(person) and any(p.owner_id == person and p.rows for p in report.parts)
    lines = _lines(book, report, person) if is_own else _lines(book, report, None)
    return ToMend(lines, is_own, found.as_of) if lines else None


def _lines(book: Book, report: Report, person: str | None) -> list[Line]:
    """The lines of one person, or with None of everybody."""

    def of(parts: tuple[Part, ...]) -> tuple[Part, ...]:
        return parts if person is None else of_owner(parts, person)

    rows, money = total(of(report.parts))
    if not rows:
        return []
    query = f"?{urlencode({'owner': person})}" if person else ""
    whole = Line(
        rows,
        "record to mend" if rows == 1 else "records to mend",
        said_money(money, book),
        reverse("clean_data") + query,
    )
    name = names_of(book, [person]).get(person, person) if person else ""
    lines = [whole]
    for check, words in FIRST.items():
        found = report.of(check)
        rows, money = total(of(found.parts))
        if rows:
            address = address_of(found.check, name)
            lines.append(Line(rows, words[rows > 1], said_money(money, book), address))
    return lines
