"""Drawn tables: a test draws its facts as text, and gets a book built as an import would build it.

Columns are separated by two spaces or more; `-` is an empty value. Money is written in major units under
its name without `_minor`; days as 2026-01-31, instants (UTC) as 2026-01-31T14:00, yes and no as words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import duckdb

from salesops.book.book import Book
from salesops.book.settings import Settings, save_settings
from salesops.book.worked_out import with_worked_out
from salesops.engines.build import build
from salesops.engines.changes import add_changes
from salesops.engines.duckdb import DuckDBEngine
from salesops.engines.folder import Manifest, publish
from salesops.foundations.money import minor_units
from salesops.foundations.table import DUCKDB_TYPE, Table, Type
from salesops.importers.problems import create_problem_tables
from salesops.tables import TABLES

NOW = "2026-06-30T12:00"
AT_ONCE = 50

STAGES = """
    stage        position  outcome      is_pitched  is_qualified  default_probability
    Prospecting  1         open         no          no            0.1
    Discovery    2         open         no          yes           0.3
    Proposal     3         open         yes         yes           0.6
    Won          4         won          no          no            1
    Lost         5         lost         no          no            0
    No decision  6         no_decision  no          no            0
"""


def draw_book(
    folder: Path, *, now: str = NOW, settings: Settings | None = None, **tables: str
) -> Book:
    """A book in `folder` whose tables are those drawn, read at the instant `now`.

    `pipeline_stage` is `STAGES` unless drawn. Opportunities without drawn versions get none of their past. `deletion`
    tells which deals were deleted, and when; `quota_version` what quotas were when, those of now among it.
    """
    chosen = settings or Settings()
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    folder.mkdir(parents=True, exist_ok=True)
    save_settings(folder, chosen)
    work = duckdb.connect()
    create_problem_tables(work)
    drawn = with_worked_out(TABLES)
    for table in drawn.values():
        work.execute(table.duckdb_ddl())
    currency = chosen.currency or "USD"
    for name, text in {"pipeline_stage": STAGES, **tables}.items():
        insert_drawn(work, drawn[name], read_drawing(text), currency)
    built = build(work, folder / "base-1.duckdb", chosen, instant)
    work.close()
    add_changes(folder / "base-1.duckdb", None)
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
            files=[],
            zone=chosen.calendar.time_zone,
            turns=built.turns,
            quotas_seen=built.quotas_seen,
        ),
    )
    return Book(DuckDBEngine(folder), chosen)


def read_drawing(text: str) -> list[dict[str, str]]:
    """The records of a drawn table, empty values left out."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    header = re.split(r"\s{2,}", lines[0])
    records = []
    for line in lines[1:]:
        cells = re.split(r"\s{2,}", line)
        if len(cells) != len(header):
            raise ValueError(f"This line has {len(cells)} cells, its header {len(header)}: {line}")
        records.append({k: v for k, v in zip(header, cells, strict=True) if v != "-"})
    return records


def insert_drawn(
    work: duckdb.DuckDBPyConnection, table: Table, records: list[dict[str, str]], currency: str
) -> None:
    """Put drawn records into the table of `work`; money without a currency is in `currency`."""
    rows = [_row(table, record, currency) for record in records]
    # Many at once, in their order: a statement costs more than its rows.
    for names, alike in groupby(rows, key=tuple):
        marks = ", ".join(f"CAST(? AS {DUCKDB_TYPE[table.column[n].type]})" for n in names)
        for some in _batched(alike, AT_ONCE):
            work.execute(
                f"INSERT INTO {table.name} ({', '.join(names)}) VALUES "
                + ", ".join([f"({marks})"] * len(some)),
                [value for row in some for value in row.values()],
            )


def _batched(rows: Iterable[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    """The rows, at most so many together."""
    left = iter(rows)
    while some := list(islice(left, size)):
        yield some


def _row(table: Table, record: dict[str, str], currency: str) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, text in record.items():
        column = table.column.get(name) or table.column[f"{name}_minor"]
        if column.type is Type.MONEY and name != column.name:
            row[column.name] = minor_units(text, record.get("currency", currency))
        else:
            row[column.name] = text
    if table.name == "opportunity_version":
        row.setdefault("change_source", "history")
    return row
