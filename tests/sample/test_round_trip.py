"""Export, open, and the numbers are those of the simulated tables; this holds for every KPI."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from salesops.book.book import Book
from salesops.book.settings import load_settings
from salesops.engines.duckdb import DuckDBEngine
from salesops.jobs.opening import open_files
from salesops.kpis import KPIS
from salesops.sample.company import Company, simulate
from salesops.sample.salesforce import write_export

NOW = datetime(2026, 9, 1, tzinfo=UTC)
PERIODS = ("all", "2025", "2026Q2", "2026M07")
PAST = "2025-11-15"
OF_THE_PAST = ("win_rate", "open_pipeline", "weighted_pipeline", "quota_attainment")


@pytest.fixture(scope="module")
def opened(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """The company's book, made from its export."""
    folder = tmp_path_factory.mktemp("opened")
    return open_export(company, folder)


def open_export(company: Company, folder: Path) -> Book:
    """Write it out and open it."""
    paths = write_export(company, folder / "WE_00D5g000004TxYzEAK_1.zip")
    open_files(paths, folder / "book", lambda: NOW)
    return Book(DuckDBEngine(folder / "book"), load_settings(folder / "book"))


def answers(book: Book, name: str) -> Iterator[Any]:
    """The KPI over several periods, and by one dimension, another one for each KPI."""
    for period in PERIODS:
        figure = book.measure(name, period=period).figure
        yield period, figure.value, figure.numerator, figure.denominator, figure.n
    dimensions = book.can_split(name)
    for dimension in dimensions[len(name) % max(1, len(dimensions)) :][:1]:
        split = book.measure(name, period="2025", by=[dimension])
        yield dimension, sorted((str(f.key), f.value, f.n) for f in split)


@pytest.mark.parametrize("name", sorted(KPIS))
def test_a_number_is_the_same_through_the_export(name: str, opened: Book, loaded: Book) -> None:
    assert list(answers(opened, name)) == list(answers(loaded, name))


@pytest.mark.parametrize("name", OF_THE_PAST)
def test_a_number_of_a_past_day_is_the_same_too(name: str, opened: Book, loaded: Book) -> None:
    then, also = opened.as_of(PAST), loaded.as_of(PAST)
    assert then.measure(name, period="2025").figure == also.measure(name, period="2025").figure


def test_the_export_has_no_row_that_is_refused(opened: Book) -> None:
    found = opened.engine.run("SELECT message FROM _problem_count WHERE severity = 'refused'")
    assert found.rows == []


def test_the_tables_are_as_large(opened: Book, loaded: Book) -> None:
    for table in ("account", "lead", "opportunity", "opportunity_version", "activity", "quota"):
        sql = f"SELECT count(*) FROM {table}"
        assert opened.engine.run(sql).rows == loaded.engine.run(sql).rows, table


@pytest.mark.parametrize("size", [1, 5, 20])
def test_a_tiny_company_opens_too(size: int, tmp_path: Path) -> None:
    book = open_export(simulate(size, 2), tmp_path)
    assert book.engine.run("SELECT count(*) FROM opportunity").rows == [(size,)]
    assert book.measure("win_rate").figure.n <= size
