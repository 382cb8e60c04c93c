"""The book this server shows, and the reading a request asks for."""

from __future__ import annotations

import dataclasses
import time
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest

from salesops.book.book import Book
from salesops.book.facts import EVERYTHING, Scope
from salesops.book.settings import load_settings
from salesops.data_quality import Report, Trend, run_checks, trend
from salesops.engines.folder import Manifest, read_manifest_lenient
from salesops.engines.scoped import ScopedEngine
from salesops.engines.steady import OneGeneration, SteadyEngine
from salesops.foundations.problem import Refusal
from salesops.insights import Finding
from salesops.jobs import checking, warming
from salesops.jobs.warming import WarmEngine

LONG, AGAIN_AFTER, MOST_ASKED = 1.0, 600.0, 64  # seconds, seconds, readers
# What the request's reader may see; an office sets it before any page is asked. A local book is all its reader's.
reader: ContextVar[Scope] = ContextVar("reader", default=EVERYTHING)


def engine() -> SteadyEngine:
    """The engine of the served book for this reader; it follows new generations by itself."""
    scope = reader.get()
    return whole_engine() if scope.is_everything else _scoped(settings.SALESOPS_BOOK, scope)


def whole_engine() -> WarmEngine:
    """The engine that hides nothing. For pages, `engine` is the one."""
    return _warm(settings.SALESOPS_BOOK)


@lru_cache(maxsize=4)
def _warm(folder: Path) -> WarmEngine:
    return WarmEngine(folder)


@lru_cache(maxsize=16)
def _scoped(folder: Path, scope: Scope) -> ScopedEngine:
    return ScopedEngine(folder, scope)


def manifest() -> Manifest | None:
    """The manifest of the book, None before the first files are opened."""
    return read_manifest_lenient(settings.SALESOPS_BOOK)


def is_office() -> bool:
    """Whether this server shows the book of an office, whose records people work on."""
    return hasattr(settings, "SALESOPS_OFFICE")


def whole_book() -> Book:
    """The book as it is. Raises Refusal where there is none yet."""
    if manifest() is None:
        raise Refusal("There is no book here yet. Open some files first.")
    return Book(engine(), load_settings(settings.SALESOPS_BOOK), scope=reader.get())


def steady_book() -> Book:
    """The book for pages of numbers, all of one state. Raises Refusal where there is none yet.

    While edits come into a large book it is of some seconds ago, and `speaks_of` says since when.
    """
    book = whole_book()
    return dataclasses.replace(book, engine=engine().steady())


def speaks_of(book: Book) -> datetime | None:
    """When what a steady book says was so, in UTC; None where it is the newest state."""
    current, held = manifest(), book.engine
    if not isinstance(held, OneGeneration) or current is None:
        return None
    is_newest = held.manifest.generation == current.generation
    return None if is_newest else held.manifest.opened_at


def narrowed_book(request: HttpRequest) -> Book:
    """The book for numbers with the filter of the request, as of now."""
    book = steady_book()
    where = request.GET.get("where", "").strip()
    return book.where(where) if where else book


def asked_book(request: HttpRequest) -> Book:
    """The book for numbers with the filter and the as-of day of the request."""
    book = narrowed_book(request)
    as_of = request.GET.get("as_of", "").strip()
    if as_of:
        asked = book.as_of(as_of)
        if asked.instant < book.instant:
            book = asked
    return book


@dataclass(frozen=True)
class StandsOut:
    """What stands out; `as_of` is when the generation was made in which, where that is not the current one."""

    findings: tuple[Finding, ...] = ()
    as_of: datetime | None = None


def what_stands_out() -> StandsOut:
    """The findings of the whole book, looked for once a generation and settings; none for who sees a part of it."""
    current, book = manifest(), whole_book()
    if current is None or not book.scope.is_everything:
        return StandsOut()
    made_at = warming.looked_at(settings.SALESOPS_BOOK, current, book.settings)
    key = current.generation, made_at, book.settings.model_dump_json()
    as_of = made_at if made_at and made_at < current.opened_at else None
    return StandsOut(_found(settings.SALESOPS_BOOK, key), as_of)


@dataclass(frozen=True)
class Found:
    """What checks found; `as_of` is when the generation was made in which, where that is not the current one."""

    report: Report
    as_of: datetime | None


def what_is_wrong() -> Found:
    """What the checks find among what this reader sees, asked once a generation.

    Where asking takes long, as of a million deals, what was found before stands for ten minutes.
    """
    current, book = manifest(), whole_book()
    if current is None:
        raise Refusal("There is no book here yet. Open some files first.")
    key = settings.SALESOPS_BOOK, book.scope, book.today, book.settings.model_dump_json()
    kept, now = _asked.get(key), time.monotonic()
    if kept is not None:
        is_current = kept.manifest == current
        if is_current or (kept.took > LONG and now - kept.at < AGAIN_AFTER):
            return Found(kept.report, None if is_current else kept.manifest.opened_at)
    report = _checked(book)
    while len(_asked) >= MOST_ASKED:
        _asked.pop(next(iter(_asked)), None)
    _asked[key] = _Asked(report, current, now, time.monotonic() - now)
    return Found(report, None)


def what_was_wrong() -> Trend:
    """What they found some weeks ago, asked once a base."""
    current, book = manifest(), whole_book()
    base = current.base if current else ""
    said = book.settings.model_dump_json()
    return _checked_before(settings.SALESOPS_BOOK, base, book.scope, book.today, said)


@dataclass(frozen=True)
class _Asked:
    """What was found, in which generation, when it was asked by this machine's clock and how long it took."""

    report: Report
    manifest: Manifest
    at: float
    took: float


_asked: dict[tuple[object, ...], _Asked] = {}


def _checked(book: Book) -> Report:
    if book.scope.is_everything:
        return checking.found_in(whole_engine(), book.settings)
    return run_checks(book, checking.held_in(whole_engine(), book.settings))


@lru_cache(maxsize=64)
def _checked_before(
    folder: Path,
    base: str,  # noqa: ARG001  the key
    scope: Scope,
    today: date,  # noqa: ARG001
    said: str,  # noqa: ARG001
) -> Trend:
    chosen = load_settings(folder)
    if scope.is_everything:
        return checking.found_before(whole_engine(), chosen)
    return trend(whole_book(), checking.held_in(whole_engine(), chosen))


@lru_cache(maxsize=2)
def _found(folder: Path, _key: tuple[object, ...]) -> tuple[Finding, ...]:
    return tuple(warming.what_stands_out(whole_engine(), load_settings(folder)))
