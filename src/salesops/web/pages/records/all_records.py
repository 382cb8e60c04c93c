"""Where every list is found, the lists made from declarations, and the page of one of their rows in a local book."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from salesops.book.book import Book
from salesops.book.facts import FOR_WHO_SEES_ALL
from salesops.book.listing import Ask, Listing
from salesops.foundations.table import Column
from salesops.tables import TABLES
from salesops.web.books import whole_book
from salesops.web.pages.records import accounts as of_accounts
from salesops.web.pages.records import opportunities as of_opportunities
from salesops.web.pages.records import people as of_people
from salesops.web.pages.records.declared import DAYS, Declared
from salesops.web.pages.records.lists import counted, list_page
from salesops.web.pages.records.nouns import DECLARED
from salesops.web.pages.records.records import name_of, record
from salesops.web.words import of_type

# What belongs together, in the order one would look for it.
GROUPS = (
    ("Selling", ("opportunity", "account", "contact", "lead", "activity", "person")),
    ("Products and campaigns", ("product", "campaign", "campaign_spend")),
    ("Plan and money", ("quota", "cost", "recurring_revenue")),
)
_LISTS: dict[str, tuple[str, str, Listing]] = {
    "opportunity": ("Opportunities", "/opportunities", of_opportunities.LISTING),
    "account": ("Accounts", "/accounts", of_accounts.LISTING),
    "person": ("People", "/people", of_people.LISTING),
    **{name: (n.title, n.address, n.listing) for name, n in DECLARED.items()},
}
_PLACES = {name: f"{address}/" for name, (_, address, _) in _LISTS.items()}


@dataclass(frozen=True)
class Line:
    """One list: what it is of, how many rows its reader has in it."""

    title: str
    address: str
    meaning: str
    rows: int


def all_records(request: HttpRequest) -> HttpResponse:
    """Every list its reader has use for, with how many rows it has for them."""
    book = whole_book()
    groups = [
        (title, [_line(book, name) for name in names if may_list(book, name)])
        for title, names in GROUPS
    ]
    context = {"groups": [(title, lines) for title, lines in groups if lines]}
    return render(request, "records/all_records.html", context)


def _line(book: Book, name: str) -> Line:
    title, address, listing = _LISTS[name]
    return Line(title, address, TABLES[name].meaning, counted(book, listing, Ask())[0])


def may_list(book: Book, name: str) -> bool:
    """The reader of the book sees rows of this table at all."""
    return book.scope.is_everything or name not in FOR_WHO_SEES_ALL


def noun_of(request: HttpRequest, name: str) -> Declared:
    """The noun of that name; 404 where its list is none of these, stands elsewhere, or is not for who asks."""
    noun = DECLARED.get(name)
    if noun is None or not request.path.startswith(noun.address):
        raise Http404
    if name in FOR_WHO_SEES_ALL and not may_list(whole_book(), name):
        raise Http404
    return noun


def declared_list(request: HttpRequest, name: str) -> HttpResponseBase:
    """The list of a noun."""
    noun = noun_of(request, name)
    return list_page(request, noun.listing, noun.title, noun.place)


def declared_record(request: HttpRequest, name: str, key: str) -> HttpResponse:
    """A row of a noun: everything its table says of it, with what it refers to."""
    noun, book = noun_of(request, name), whole_book()
    row = record(book, name, key)
    told = [_fact(book, noun, column, row) for column in TABLES[name].columns if _is_told(column)]
    context = {
        "noun": noun,
        "heading": _heading(book, noun, row),
        "facts": [fact for fact in told if fact["said"]],
        "key": key,
    }
    return render(request, "records/declared.html", context)


def _is_told(column: Column) -> bool:
    """Instants that only say when a row was written are left out, and the day beside a moment."""
    is_when_made = column.name in ("id", "created_at", "currency")
    return not is_when_made and (column.name == "value_minor" or not column.derived)


def _fact(book: Book, noun: Declared, column: Column, row: dict[str, Any]) -> dict[str, str]:
    value = row[column.name]
    title = noun.titles.get(column.name, "")
    if not title:
        plain = column.name.removesuffix("_id").removesuffix("_minor")
        title = f"In {book.facts.currency}" if column.name == "value_minor" else plain
    place = ""
    if value is not None and column.refers_to in _PLACES:
        place = _PLACES[column.refers_to]
    words = _words(book, column, value, row)
    title = title.replace("_", " ")
    return {"title": title[0].upper() + title[1:], "said": words, "place": place, "key": str(value)}


def _words(book: Book, column: Column, value: Any, row: dict[str, Any]) -> str:
    if value is None:
        return ""
    if column.refers_to == "activity":
        return str(value)
    if column.refers_to:
        return name_of(book, column.refers_to, value)
    own = book.facts.currency if column.derived else row.get("currency")
    usual = own or book.facts.currency
    return of_type(column.type, value, usual, lambda: book.calendar.time_zone)


def _heading(book: Book, noun: Declared, row: dict[str, Any]) -> str:
    """What a row is called: its name, else what it refers to first and its day."""
    first = TABLES[noun.table].column[noun.columns[0]]
    name = _words(book, first, row[first.name], row)
    day = next((c for c in DAYS if row.get(c)), "")
    if "name" in row or not day:
        return name or str(row["id"])
    return f"{name or row.get('team') or row.get('category') or noun.title}, {row[day]:%-d %b %Y}"
