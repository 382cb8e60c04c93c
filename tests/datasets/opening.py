"""A public data set opened into a book, with a fixed clock."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

import salesops
from salesops.book.book import Book
from salesops.importers import Answers
from salesops.jobs.opening import open_files


def open_dataset(files: list[Path], folder: Path, answers: Answers | None = None) -> Book:
    """The files as a book, opened on a fixed day."""
    open_files(files, folder, lambda: datetime(2026, 6, 30, tzinfo=UTC), answers=answers)
    return salesops.open(folder)


def recognised(folder: Path) -> dict[str, str]:
    """Each file that was read, and what it was taken for."""
    from salesops.engines.folder import read_manifest

    manifest = read_manifest(folder)
    assert manifest is not None
    return {f.name: f.table for f in manifest.files if f.table}


def rows(folder: Path, question: str) -> list[tuple[Any, ...]]:
    """The answer of the book's base file to a question in SQL."""
    [base] = folder.glob("base-*.duckdb")
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{base}' AS book (READ_ONLY)")
        connection.execute("USE book")
        return connection.execute(question).fetchall()
