"""The rich book, drawn once for all tests of the book that only read it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from salesops.book.book import Book
from salesops.book.settings import Segment, Settings
from tests.book.rich import RICH
from tests.drawn import draw_book
from tests.kpis.keeping import Kept

SEGMENTS = [
    Segment(name="Large", criterion="amount >= 2000"),
    Segment(name="Media", criterion="account.industry = 'Media'"),
]


DEALS_ALONE = """
    id  stage     amount  created_on  close_date
    d1  Won       100     2026-01-01  2026-02-01
    d2  Lost      200     2026-01-01  2026-03-01
    d3  Proposal  300     2026-05-01  2026-07-01
"""


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """One book with something of everything; see `tests.book.rich`."""
    folder: Path = tmp_path_factory.mktemp("rich") / "book"
    return draw_book(folder, settings=Settings(segments=SEGMENTS), **RICH)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A book without a single row."""
    return draw_book(tmp_path_factory.mktemp("empty") / "book", pipeline_stage="stage")


@pytest.fixture(scope="session")
def lone(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A book of one file of deals: no history, no people, no money but theirs."""
    folder = tmp_path_factory.mktemp("lone") / "book"
    return draw_book(folder, opportunity=DEALS_ALONE)


@pytest.fixture(scope="session")
def kept_books(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Books by their drawing."""
    return Kept(tmp_path_factory.mktemp("drawn"))


@pytest.fixture
def draw(kept_books: Kept) -> Callable[..., Book]:
    """Draws a book as `tests.drawn` does; the same drawing gives the same book."""
    return kept_books.draw
