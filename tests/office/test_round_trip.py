"""An export opened like a document, and the same brought into the records, give the same numbers, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import duckdb
import pytest

from salesops.actions.import_rows import go_on, start_import
from salesops.book.book import Book
from salesops.book.settings import Settings, save_settings
from salesops.engines.duckdb import DuckDBEngine
from salesops.foundations.clock import Clock, fixed_clock
from salesops.importers import Answers, Limits, examine, read
from salesops.jobs.following import follow
from salesops.jobs.opening import open_files
from salesops.kpis import KPIS
from salesops.sample.company import simulate
from salesops.sample.salesforce import write_export
from salesops.tables import TABLES

pytestmark = pytest.mark.django_db

SETTINGS = Settings(title="Northgate")


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Clock]:
    company = simulate(size=250, seed=5)
    file = tmp_path_factory.mktemp("export") / "export.zip"
    write_export(company, file)
    return file, fixed_clock(company.until.replace(tzinfo=UTC))


@pytest.fixture
def books(export: tuple[Path, Clock], tmp_path: Path) -> Iterator[tuple[Book, Book]]:
    """The book opened from the files, and the one that follows the records they were brought into."""
    file, clock = export
    for folder in (tmp_path / "opened", tmp_path / "kept"):
        folder.mkdir()
        save_settings(folder, SETTINGS)
    opened_at = open_files([file], tmp_path / "opened", clock).data_as_of
    work = duckdb.connect()
    read(examine([file], tmp_path / "work", answers=Answers(), limits=Limits()), work)
    go_on(start_import(None, "Salesforce", [file.name], opened_at, clock), work, clock)
    work.close()
    follow(tmp_path / "kept", clock)
    engines = [DuckDBEngine(tmp_path / name) for name in ("opened", "kept")]
    yield Book(engines[0], SETTINGS), Book(engines[1], SETTINGS)
    for engine in engines:
        engine.close()


def test_every_row_and_every_number_is_the_same(books: tuple[Book, Book]) -> None:
    for name in TABLES:
        opened, kept = (set(b.engine.run(f'SELECT * FROM "{name}"').rows) for b in books)
        assert opened == kept, (name, list(opened - kept)[:2], list(kept - opened)[:2])
    assert books[0].instant == books[1].instant
    assert books[0].facts.history_from == books[1].facts.history_from
    for name in KPIS:
        figures = [book.measure(name, period="2025").figures for book in books]
        assert figures[0] == figures[1], name
