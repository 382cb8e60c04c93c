"""A simulated company as a book, its records taken as they are, without any file between."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from salesops.book.book import Book
from salesops.book.settings import Settings, save_settings
from salesops.engines.build import build
from salesops.engines.duckdb import DuckDBEngine
from salesops.engines.folder import Manifest, publish
from salesops.foundations.table import DUCKDB_TYPE, Table, Type
from salesops.importers.problems import create_problem_tables
from salesops.sample.company import Company
from salesops.tables import TABLES

NUMBERS = (Type.MONEY, Type.COUNT)


def load_book(
    company: Company,
    folder: Path,
    said: Settings | None = None,
    only: Collection[str] = tuple(TABLES),
) -> Book:
    """The company's book in `folder`; of other tables than `only` it holds nothing, and is made sooner."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = said or Settings()
    save_settings(folder, settings)
    work = tables_of(company, only)
    instant = datetime.combine(company.ends_on + timedelta(days=1), time(), UTC)
    built = build(work, folder / "base-1.duckdb", settings, instant)
    work.close()
    publish(
        folder,
        Manifest(
            generation=1,
            base="base-1.duckdb",
            opened_at=instant,
            data_as_of=built.data_as_of,
            history_from=built.history_from,
            currency=built.currency,
            files_name_currency=built.files_name_currency,
            rows=built.rows,
            won_minor=built.won_minor,
            alike_currencies=built.alike_currencies,
            filled=built.filled,
            quotas_seen=built.quotas_seen,
            files=[],
            zone=settings.calendar.time_zone,
        ),
    )
    return Book(DuckDBEngine(folder), settings)


def tables_of(company: Company, only: Collection[str] = tuple(TABLES)) -> duckdb.DuckDBPyConnection:
    """The company's tables as an importer would leave them, derived columns empty."""
    work = duckdb.connect()
    create_problem_tables(work)
    for table in TABLES.values():
        work.execute(table.duckdb_ddl())
        if table.name in only:
            _fill(work, table, company)
    return work


def _fill(work: duckdb.DuckDBPyConnection, table: Table, company: Company) -> None:
    columns = [c for c in table.columns if not c.derived]
    records = list(company.rows(table.name))
    frame = pa.table(
        {
            c.name: pa.array(
                [_plain(c.type, r.get(c.name)) for r in records],
                pa.int64() if c.type in NUMBERS else pa.string(),
            )
            for c in columns
        }
    )
    work.register("_frame", frame)
    names = ", ".join(c.name for c in columns)
    values = ", ".join(f"CAST({c.name} AS {DUCKDB_TYPE[c.type]})" for c in columns)
    work.execute(f"INSERT INTO {table.name} ({names}) SELECT {values} FROM _frame")
    work.unregister("_frame")


def _plain(kind: Type, value: Any) -> Any:
    if value is None or kind in NUMBERS:
        return value
    return str(value)
