"""Drawn books are kept by their drawing, and share the text of compiled questions, to be quick."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from salesops.book.book import Book
from salesops.book.settings import Settings
from tests.drawn import NOW, draw_book

MOST = 24


class Kept:
    """The last few books drawn."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._books: dict[tuple[Any, ...], Book] = {}
        self._count = 0
        (folder / "compiled").mkdir()

    def draw(self, *, now: str = NOW, settings: Settings | None = None, **tables: str) -> Book:
        """The book of this drawing."""
        said = settings.model_dump_json() if settings else ""
        key = (now, said, *sorted(tables.items()))
        if key not in self._books:
            if len(self._books) >= MOST:
                del self._books[next(iter(self._books))]
            self._count += 1
            folder = self._folder / f"book-{self._count}"
            folder.mkdir()
            (folder / "compiled").symlink_to(self._folder / "compiled")
            self._books[key] = draw_book(folder, now=now, settings=settings, **tables)
        return self._books[key]
