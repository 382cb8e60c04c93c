"""An office of any size: bringing an export into its records, and how soon its book has an edit.

    .venv/bin/python -m benchmarks.office [--size 100000]
    scripts/on_postgresql .venv/bin/python -m benchmarks.office [--size 100000]

Importing is held against the same rows written into the same columns without triggers, indexes or anything read
before: by `executemany` on SQLite, by `COPY` on PostgreSQL. An edit is held against making the book anew.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.process import cost_of
from benchmarks.salesforce_export import write_export

CACHE = Path(tempfile.gettempdir()) / "salesops-benchmarks"
BATCH = 5_000
EDITS = 20
MOST_MEBIBYTES = 2048


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--size", type=int, default=100_000, help="number of opportunities")
    asked.add_argument("--only", choices=("import", "rest"), help=argparse.SUPPRESS)
    asked.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    asked.add_argument(
        "--keep", type=Path, help="a folder that does not exist yet, to keep the office in"
    )
    options = asked.parse_args()
    files = write_export(CACHE / f"export-{options.size}", options.size)
    if options.only == "import":
        make(options.into)
        bring_in(options.into, files)
    elif options.only == "rest":
        set_up(options.into)
        compare_import(options.into)
        follow_edits(options.into)
    else:
        with tempfile.TemporaryDirectory() as folder:
            office = options.keep or Path(folder) / "office"
            common = ["-m", "benchmarks.office", "--size", str(options.size), "--into", str(office)]
            print(f"{options.size:,} opportunities with five versions each", flush=True)
            cost = cost_of([*common, "--only", "import"])
            memory = "within" if cost.peak <= MOST_MEBIBYTES else "OVER"
            print(f"  peak of the import {cost.peak:,.0f} MiB, {memory} 2 GiB", flush=True)
            cost_of([*common, "--only", "rest"])


def make(office: Path) -> None:
    """An office of the present version there, and Django speaking to it."""
    from django.core.management import call_command

    set_up(office)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)


def set_up(office: Path) -> None:
    """Have Django speak to the office there."""
    office.mkdir(exist_ok=True)
    os.environ |= {
        "SALESOPS_OFFICE": str(office),
        "DJANGO_SETTINGS_MODULE": "salesops.web.office_settings",
    }
    import django

    django.setup()


def bring_in(office: Path, files: list[Path], source: str = "Salesforce") -> None:
    """As `salesops import` does it: read, preview, write."""
    from salesops.actions.import_rows import go_on, start_import
    from salesops.book.settings import Settings
    from salesops.importers import Answers
    from salesops.jobs.importing import preview, read_files
    from salesops.jobs.opening import examine_files
    from salesops.jobs.workbench import workbench

    began = time.perf_counter()
    examination = examine_files(files, office / f"examined {source}", Answers())
    arrived = read_files(examination, office, Settings(), _now)
    said = time.perf_counter()
    preview(arrived, source)
    previewed = time.perf_counter()
    run = start_import(None, source, list(arrived.files), arrived.seen_at, _now)
    with workbench(arrived.folder / "rows.duckdb", read_only=True) as rows:
        go_on(run, rows, _now)
    written = time.perf_counter()
    (office / "seconds").write_text(str(written - previewed))
    print(
        f"  read {said - began:.1f} s, previewed {previewed - said:.1f} s, written {written - previewed:.1f} s",
        flush=True,
    )


def compare_import(office: Path) -> None:
    """The same rows, written plainly."""
    from django.db import connection

    from salesops.records.models import NOUNS

    seconds = float((office / "seconds").read_text())
    tables = [m._meta.db_table for noun in NOUNS.values() for m in (noun, noun.versions)]
    rows, plain = 0, 0.0
    for table in tables:
        write = _on_sqlite if connection.vendor == "sqlite" else _on_postgresql
        count, took = write(office, table)
        rows, plain = rows + count, plain + took
    print(
        f"  {rows:,} rows of records and versions: {rows / seconds:,.0f} a second, "
        f"plainly {rows / plain:,.0f}; {seconds / plain:.1f} times as long",
        flush=True,
    )


def follow_edits(office: Path) -> None:
    """The first book, then how soon each of some edits is in it."""
    from salesops.actions.changing import changing
    from salesops.jobs.following import follow
    from salesops.records.models import Opportunity

    book = office / "book"
    began = time.perf_counter()
    follow(book, _now)
    whole = time.perf_counter() - began
    keys = list(Opportunity.objects.order_by("pk").values_list("pk", flat=True)[:EDITS])
    took = []
    for number, key in enumerate(keys):
        with changing(None, "edit_opportunity", _now):
            Opportunity.objects.filter(pk=key).update(amount_minor=100_000 + number)
        began = time.perf_counter()
        manifest = follow(book, _now)
        took.append(time.perf_counter() - began)
        if not manifest.delta:
            raise RuntimeError("An edit took a new base.")
    print(
        f"  the book made anew {whole:.1f} s; an edit is in it after {statistics.median(took):.2f} s, "
        f"at most {max(took):.2f} s",
        flush=True,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _rows(table: str) -> Iterator[list[tuple[Any, ...]]]:
    from django.db import connection, transaction

    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        while batch := cursor.fetchmany(BATCH):
            yield batch


def _on_sqlite(office: Path, table: str) -> tuple[int, float]:
    with sqlite3.connect(office / "records.sqlite3") as source:
        width = len(source.execute(f'SELECT * FROM "{table}" LIMIT 0').description)
        columns = ", ".join(f"c{n}" for n in range(width))
        into = sqlite3.connect(office / "plain.sqlite3")
        into.execute("PRAGMA journal_mode = WAL")
        into.execute(f'CREATE TABLE "{table}" ({columns})')
        rows, took = 0, 0.0
        cursor = source.execute(f'SELECT * FROM "{table}"')
        while batch := cursor.fetchmany(BATCH):
            began = time.perf_counter()
            into.executemany(f'INSERT INTO "{table}" VALUES ({", ".join("?" * width)})', batch)
            into.commit()
            took += time.perf_counter() - began
            rows += len(batch)
        into.close()
    return rows, took


def _on_postgresql(_office: Path, table: str) -> tuple[int, float]:
    import psycopg
    from django.db import connection

    rows, took = 0, 0.0
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as into:
        into.execute(f'CREATE TABLE "plain_{table}" AS SELECT * FROM "{table}" LIMIT 0')
        for batch in _rows(table):
            began = time.perf_counter()
            with into.cursor().copy(f'COPY "plain_{table}" FROM STDIN') as copy:
                for row in batch:
                    copy.write_row(row)
            took += time.perf_counter() - began
            rows += len(batch)
        into.execute(f'DROP TABLE "plain_{table}"')
    return rows, took


if __name__ == "__main__":
    main()
