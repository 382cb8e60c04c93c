"""What the three list pages share: filters from the address, columns chosen, totals, export."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from salesops.book.book import Book
from salesops.book.condition import condition_in
from salesops.book.engine import Rows
from salesops.book.facts import Scope
from salesops.book.listing import Ask, ListColumn, Listing, every_row
from salesops.foundations.money import format_money
from salesops.foundations.problem import Refusal
from salesops.web.books import engine, whole_book
from salesops.web.export import as_asked, is_export, major
from salesops.web.pages.records.declared import OWN_MONEY
from salesops.web.pages.records.narrowing import (
    Hits,
    adds_up,
    hits,
    holding,
    named,
    page,
    totals,
    values_of,
)
from salesops.web.paging import page_of
from salesops.web.words import said

Reading = tuple[Path, int, Scope]
SHOWN_VALUES, MOST_VALUES = 7, 60
OWN = "custom_"  # before the names of the fields of a company's own
MOST_HITS = 20_000  # rows that are told apart once they are found
MOST_NAMED = 12_000  # rows a question lists by their ids
_YES_NO = {"true": "Yes", "false": "No"}
SEARCHED = {
    "opportunity": "Opportunity, account, owner or id",
    "account": "Account, website or id",
    "person": "Name, mail or id",
    "contact": "Name, mail, account or id",
    "lead": "Name, company, mail or id",
    "activity": "What, opportunity, account or id",
    "product": "Name, code or id",
    "campaign": "Name or id",
    "campaign_spend": "Campaign or id",
    "cost": "What, category or id",
    "quota": "Person, team or id",
    "recurring_revenue": "Account, product or id",
}


def list_page(request: HttpRequest, listing: Listing, title: str, address: str) -> HttpResponseBase:
    """The list the address asks for, or with `export` all its rows."""
    if is_export(request):
        return exported(request, listing, title)
    found = look(request, listing)
    context = context_of(request, found, title, address)
    usual = found.book.facts.currency
    lines = [
        {"key": record["_id"], "cells": [(c, _shown(c, record, usual)) for c in found.shown]}
        for record in found.records
    ]
    return render(request, "records/list.html", context | {"lines": lines})


def _shown(column: ListColumn, record: Mapping[str, Any], usual: str) -> Any:
    """A value for the template; shares and money in its row's own currency are written out here."""
    value = record[column.name]
    if value is not None and column.kind == OWN_MONEY:
        return format_money(value, record["currency"] or usual)
    if value is not None and column.kind == "share":
        return f"{(value * 100).normalize():f} %"
    return value


@dataclass(frozen=True)
class Look:
    """A list as its address asks for it: the question, what there is in all, and the rows of one page."""

    book: Book
    listing: Listing
    ask: Ask
    shown: list[ListColumn]
    count: int
    total: int | None
    pages: int
    records: list[dict[str, Any]]


def look(request: HttpRequest, listing: Listing) -> Look:
    """What the address asks of a list."""
    book = whole_book()
    ask = ask_of(request, listing, book)
    count, total = counted(book, listing, ask)
    pages = max(1, -(-count // ask.size))
    ask = dataclasses.replace(ask, page=min(ask.page, pages))
    shown = shown_columns(request, listing)
    records = _rows(book, listing, _only(listing, shown, ask), ask).dicts()
    return Look(book, listing, ask, shown, count, total, pages, records)


def _only(listing: Listing, shown: Sequence[ListColumn], ask: Ask) -> Listing:
    """The list with the columns that its page shows or asks by: of millions of rows each other costs time."""
    names = {c.name for c in shown} | {*ask.facets, ask.sort.removeprefix("-")}
    names |= {"currency"} if any(c.kind == OWN_MONEY for c in shown) else set()
    columns = tuple(c for c in listing.columns if c.name in names)
    return dataclasses.replace(listing, columns=columns)


def context_of(request: HttpRequest, found: Look, title: str, address: str) -> dict[str, Any]:
    """What the template of a list needs, but for its rows."""
    listing, ask, shown = found.listing, found.ask, found.shown
    return {
        "title": title,
        "address": address,
        "listing": listing,
        "columns": [
            (c, c in shown, _sort(ask, c.name), _arrow(ask, c.name)) for c in listing.columns
        ],
        "count": found.count,
        "total": found.total,
        "currency": found.book.facts.currency,
        "ask": ask,
        "page": ask.page,
        "pages": found.pages,
        "where": request.GET.get("where", ""),
        "has_where": listing.table == "opportunity",
        "wide": {}
        if request.GET.getlist("column")
        else {c.name: " wide" for c in shown if not c.narrow},
        "chosen_columns": request.GET.getlist("column"),
        "is_filtered": bool(ask.text or ask.facets or ask.extra),
        "search_words": SEARCHED[listing.table],
        "facets": facets(request, found.book, listing, ask),
        "chosen_facets": sorted(ask.facets.items()),
    }


def counted(book: Book, listing: Listing, ask: Ask) -> tuple[int, int | None]:
    """How many rows the filters of a question leave, and their sum."""
    reading, filters = _reading(book), _filters(ask)
    found = _hits_of(reading, listing, ask)
    if found and found.is_whole:
        return len(found.keys), found.total
    return _totals(reading, listing, ask.text, filters, ask.extra)


@dataclass(frozen=True)
class Facet:
    """A column one value of which narrows a list: its values with their rows, and those beyond the commonest."""

    name: str
    title: str
    values: list[FacetValue]
    more: list[FacetValue]
    is_cut: bool  # there are others still, which are found by searching


@dataclass(frozen=True)
class FacetValue:
    """One value, how many rows it has, and the address that narrows to it, or widens where it is chosen."""

    words: str
    rows: int
    address: str
    is_chosen: bool


def facets(request: HttpRequest, book: Book, listing: Listing, ask: Ask) -> list[Facet]:
    """What can be narrowed to, counted among the rows that the other filters leave."""
    # Of fields of the company's own only what is shown is counted: each costs a list of a million rows.
    listed = {c.name for c in shown_columns(request, listing)} | set(ask.facets)
    names = [n for n in listing.facets if not n.startswith(OWN) or n in listed]
    free = tuple(name for name in names if name not in ask.facets)
    counts = dict(_values(_reading(book), listing, ask, free)) if free else {}
    for name in ask.facets:
        others = {n: v for n, v in ask.facets.items() if n != name}
        asked = dataclasses.replace(ask, facets=others)
        counts |= _values(_reading(book), listing, asked, (name,))
    made = []
    for name in names:
        chosen = ask.facets.get(name, "")
        found = list(counts[name])
        if chosen and chosen not in {value for value, _ in found}:
            found.append((chosen, 0))
        found.sort(key=lambda entry: entry[0] != chosen)  # else as they come, the commonest first
        values = [
            FacetValue(
                v if name.startswith(OWN) else _YES_NO.get(v) or said(v),
                rows,
                _narrowed(request, name, v, chosen),
                v == chosen,
            )
            for v, rows in found
        ]
        title = listing.column(name).title
        is_cut = len(counts[name]) >= MOST_VALUES
        made.append(Facet(name, title, values[:SHOWN_VALUES], values[SHOWN_VALUES:], is_cut))
    return made


def _narrowed(request: HttpRequest, name: str, value: str, chosen: str) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    if value == chosen:
        query.pop(name)
    else:
        query[name] = value
    return f"?{query.urlencode()}"


def _filters(ask: Ask) -> tuple[tuple[str, str], ...]:
    """The filters of a question, to keep its answer under."""
    return tuple(sorted(ask.facets.items()))


def _reading(book: Book) -> Reading:
    """What an answer is kept under: the book, its generation and whose eyes see it."""
    return settings.SALESOPS_BOOK, book.facts.generation, book.scope


def _rows(book: Book, listing: Listing, shown: Listing, ask: Ask) -> Rows:
    """One page of a list with the columns of `shown`; kept where which rows there are takes long to find."""
    reading = _reading(book)
    found = _hits_of(reading, listing, ask)
    if found and (found.is_whole or ask.offset + ask.size <= len(found.keys)):
        keys = found.keys[ask.offset : ask.offset + ask.size]
        return page(book.engine, *named(shown, dataclasses.replace(ask, page=1), keys))
    if not listing.only:
        return page(book.engine, *_looked_up(reading, shown, ask))
    filters = _filters(ask)
    return _kept_rows(reading, shown, ask.text, filters, (ask.sort, ask.page), ask.extra)


def _hits_of(reading: Reading, listing: Listing, ask: Ask) -> Hits | None:
    """The rows that hold the text of a question; None where it has none, or where they are added up."""
    if not ask.text or adds_up(listing):
        return None
    filters = _filters(ask)
    return _hits(reading, listing, ask.text, filters, ask.sort, ask.extra)


@lru_cache(maxsize=64)
def _hits(
    reading: Reading,  # noqa: ARG001  the key
    listing: Listing,
    text: str,
    filters: tuple[tuple[str, str], ...],
    sort: str,
    extra: str,
) -> Hits:
    ask = Ask(text=text, facets=dict(filters), sort=sort, extra=extra)
    names = [n for n in listing.facets if n not in ask.facets and not n.startswith(OWN)]
    return hits(whole_book().engine, listing, ask, names, MOST_HITS, MOST_VALUES)


def _looked_up(reading: Reading, listing: Listing, ask: Ask) -> tuple[Listing, Ask]:
    """The question of the rows that hold its text, where for each of them something is added up."""
    if not ask.text or not adds_up(listing):
        return listing, ask
    keys = _holding(reading, dataclasses.replace(listing, columns=(), facets=()), ask.text)
    return (listing, ask) if keys is None else named(listing, ask, keys)


@lru_cache(maxsize=64)
def _holding(
    reading: Reading,  # noqa: ARG001  the key
    listing: Listing,
    text: str,
) -> tuple[str, ...] | None:
    return holding(whole_book().engine, listing, text, MOST_NAMED)


@lru_cache(maxsize=128)
def _kept_rows(
    reading: Reading,
    listing: Listing,
    text: str,
    filters: tuple[tuple[str, str], ...],
    place: tuple[str, int],
    extra: str,
) -> Rows:
    sort, number = place
    ask = Ask(text=text, facets=dict(filters), sort=sort, page=number, extra=extra)
    return page(whole_book().engine, *_looked_up(reading, listing, ask))


@lru_cache(maxsize=256)
def _totals(
    reading: Reading,
    listing: Listing,
    text: str,
    filters: tuple[tuple[str, str], ...],
    extra: str,
) -> tuple[int, int | None]:
    """How many rows, and their sum; the same for every page and sort of a list."""
    ask = Ask(text=text, facets=dict(filters), extra=extra)
    return totals(whole_book().engine, *_looked_up(reading, listing, ask))


def _values(
    reading: Reading, listing: Listing, ask: Ask, names: tuple[str, ...]
) -> dict[str, list[tuple[str, int]]]:
    found = _hits_of(reading, listing, ask)
    told = found.values if found else {}
    rest = tuple(name for name in names if name not in told)
    filters = _filters(ask)
    asked = _values_of(reading, listing, ask.text, filters, ask.extra, rest) if rest else {}
    return {name: told[name] if name in told else asked[name] for name in names}


@lru_cache(maxsize=512)
def _values_of(
    reading: Reading,
    listing: Listing,
    text: str,
    filters: tuple[tuple[str, str], ...],
    extra: str,
    names: tuple[str, ...],
) -> dict[str, list[tuple[str, int]]]:
    """The values of facets with their rows; asked once a generation and reader."""
    ask = Ask(text=text, facets=dict(filters), extra=extra)
    return values_of(whole_book().engine, *_looked_up(reading, listing, ask), names, MOST_VALUES)


def exported(request: HttpRequest, listing: Listing, title: str) -> HttpResponseBase:
    """Every row the filters leave, with the columns chosen or else all, and the id before them."""
    book = whole_book()
    ask = ask_of(request, listing, book)
    currency = book.facts.currency
    columns = shown_columns(request, listing) if "column" in request.GET else list(listing.columns)
    if any(c.kind == OWN_MONEY for c in columns) and listing.column("currency") not in columns:
        columns.append(listing.column("currency"))
    rows = (
        [record["_id"], *(_exported(c, record, currency) for c in columns)]
        for record in every_row(engine(), listing, ask)
    )
    header = [f"{c.name}_{currency.lower()}" if c.kind == "money" else c.name for c in columns]
    total = counted(book, listing, ask)[0]
    return as_asked(request, title.lower(), ["id", *header], rows, total=total)


def _exported(column: ListColumn, record: Mapping[str, Any], currency: str) -> Any:
    value = record[column.name]
    if column.kind == OWN_MONEY:
        return major(value, record["currency"] or currency)
    if column.kind == "money":
        return major(value, currency)
    return value.normalize() if column.kind == "number" and value is not None else value


def ask_of(request: HttpRequest, listing: Listing, book: Book) -> Ask:
    """The question of the address."""
    where = request.GET.get("where", "").strip()
    return Ask(
        text=request.GET.get("q", "").strip(),
        facets={n: request.GET[n] for n in listing.facets if request.GET.get(n)},
        sort=request.GET.get("sort", ""),
        page=page_of(request),
        extra=_criterion(where, listing, book) if where else "",
    )


def _criterion(where: str, listing: Listing, book: Book) -> str:
    """A criterion as a condition on the list's rows."""
    if listing.table != "opportunity":
        raise Refusal("Only opportunities can be filtered by a condition.")
    return condition_in(book, where)


def shown_columns(request: HttpRequest, listing: Listing) -> list[ListColumn]:
    """The columns chosen, else those a list begins with."""
    chosen = request.GET.getlist("column")
    if not chosen:
        return [c for c in listing.columns if c.shown]
    return [c for c in listing.columns if c.name in chosen] or [listing.columns[0]]


def _sort(ask: Ask, name: str) -> str:
    return f"-{name}" if ask.sort == name else name


def _arrow(ask: Ask, name: str) -> str:
    return "arrow-up" if ask.sort == name else "arrow-down" if ask.sort == f"-{name}" else ""
