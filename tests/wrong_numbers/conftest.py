"""Books are drawn once for a drawing, as for tests of numbers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from salesops.book.book import Book
from tests.kpis.keeping import Kept


@pytest.fixture(scope="session")
def kept_books(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """Books by their drawing."""
    return Kept(tmp_path_factory.mktemp("drawn"))


@pytest.fixture
def draw(kept_books: Kept) -> Callable[..., Book]:
    """Draws a book as `tests.drawn` does; the same drawing gives the same book."""
    return kept_books.draw
