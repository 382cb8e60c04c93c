"""The rich book, drawn once for all tests of the book that only read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesops.book.book import Book
from salesops.book.settings import Segment, Settings
from tests.book.rich import RICH
from tests.drawn import draw_book

SEGMENTS = [
    Segment(name="Large", criterion="amount >= 2000"),
    Segment(name="Media", criterion="account.industry = 'Media'"),
]


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """One book with something of everything; see `tests.book.rich`."""
    folder: Path = tmp_path_factory.mktemp("rich") / "book"
    return draw_book(folder, settings=Settings(segments=SEGMENTS), **RICH)
