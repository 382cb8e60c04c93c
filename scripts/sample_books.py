"""Sample companies of many seeds, each as a book that is gone once the next is asked for."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

import duckdb
from tests.sample.loaded import load_book

from salesops.book.book import Book
from salesops.engines.duckdb import DuckDBEngine
from salesops.engines.literals import with_values
from salesops.sample.company import ENDS_ON, Company, simulate
from salesops.tables import TABLES


def sample_books(
    size: int,
    seeds: Iterable[int],
    *,
    is_planted: bool,
    in_any_month: bool = False,
    only: Collection[str] = tuple(TABLES),
) -> Iterator[tuple[Company, Book]]:
    """The companies with their books; `in_any_month` has them end in each month of the year in turn."""
    for seed in seeds:
        ends_on = date(ENDS_ON.year, 1 + seed % 12, 28) if in_any_month else ENDS_ON
        company = simulate(size, seed, ends_on=ends_on, is_planted=is_planted)
        with TemporaryDirectory() as folder:
            book = load_book(company, Path(folder), only=only)
            yield company, book
            cast(DuckDBEngine, book.engine).close()


@contextmanager
def altered(book: Book, change: str, values: Mapping[str, Any]) -> Iterator[Book]:
    """Another book that differs by a change in SQL to its tables."""
    engine = cast(DuckDBEngine, book.engine)
    with TemporaryDirectory() as folder:
        copy = shutil.copytree(engine.folder, Path(folder) / "book")
        with duckdb.connect(str(copy / engine.manifest.base)) as work:
            work.execute(with_values(change, values))
        other = DuckDBEngine(copy)
        yield Book(other, book.settings)
        other.close()
