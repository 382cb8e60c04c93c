"""The book this server shows, and the reading a request asks for."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

from salesops.book.book import Book
from salesops.book.settings import load_settings
from salesops.engines.folder import Manifest, read_manifest_lenient
from salesops.foundations.problem import Refusal
from salesops.insights import Finding
from salesops.jobs import warming
from salesops.jobs.warming import WarmEngine


def engine() -> WarmEngine:
    """The engine of the served book; it follows new generations by itself."""
    return _engine_of(settings.SALESOPS_BOOK)


@lru_cache(maxsize=4)
def _engine_of(folder: Path) -> WarmEngine:
    return WarmEngine(folder)


def manifest() -> Manifest | None:
    """The manifest of the book, None before the first files are opened."""
    return read_manifest_lenient(settings.SALESOPS_BOOK)


def whole_book() -> Book:
    """The book as it is. Raises Refusal where there is none yet."""
    if manifest() is None:
        raise Refusal("There is no book here yet. Open some files first.")
    return Book(engine(), load_settings(settings.SALESOPS_BOOK))


def asked_book(request: HttpRequest) -> Book:
    """The book with the filter and the as-of day of the request."""
    book = whole_book()
    where = request.GET.get("where", "").strip()
    as_of = request.GET.get("as_of", "").strip()
    if where:
        book = book.where(where)
    if as_of:
        asked = book.as_of(as_of)
        if asked.instant < book.instant:
            book = asked
    return book


def what_stands_out() -> tuple[Finding, ...]:
    """The findings of the whole book; looked for once a generation and settings."""
    book = whole_book()
    return _found(settings.SALESOPS_BOOK, book.facts.generation, book.settings.model_dump_json())


@lru_cache(maxsize=2)
def _found(folder: Path, generation: int, said: str) -> tuple[Finding, ...]:  # noqa: ARG001  the key
    return tuple(warming.what_stands_out(engine(), load_settings(folder)))
