"""salesops is the office of a sales operations team, in one program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from salesops.book.book import Book

__all__ = ["open"]


def open(path: str | Path) -> Book:  # the name a reader expects here
    """The book in the folder `path`, as `salesops open` made it.

    Raises Refusal, with what to do, where the folder holds no book.
    """
    from salesops.book.book import Book
    from salesops.book.settings import load_settings
    from salesops.engines.duckdb import DuckDBEngine

    folder = Path(path)
    engine = DuckDBEngine(folder)
    engine.manifest  # noqa: B018  refuses here, not at the first question
    return Book(engine, load_settings(folder))
