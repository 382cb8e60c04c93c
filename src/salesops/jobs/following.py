"""The book of an office follows its records: the rows of now and their past, built and published anew."""

from __future__ import annotations

from pathlib import Path

import duckdb

from salesops.book.settings import load_settings, write_whole
from salesops.engines.build import build
from salesops.engines.folder import MANIFEST, Manifest
from salesops.foundations.clock import Clock
from salesops.importers.problems import create_problem_tables
from salesops.importers.room import room
from salesops.jobs.opening import Checked, manifest_of, publish_checked, working_folder
from salesops.jobs.progress import Watch, silent
from salesops.jobs.workbench import workbench
from salesops.records.to_tables import entered, table_batches
from salesops.records.watermark import is_behind, one_moment, watermark
from salesops.tables import TABLES

FOLLOWED = "FOLLOWED"  # beside the book: how far into the records it reaches


def follow(folder: Path, clock: Clock, *, watch: Watch = silent) -> Manifest:
    """Publish a generation of the book in `folder` that says what the records say.

    Readers keep the former one until it is finished; killed on the way, it leaves that one in place.
    """
    settings = load_settings(folder)
    with working_folder(folder) as work, room(work):
        connection = workbench(work / "work.duckdb")
        try:
            with one_moment():
                mark = watermark()
                load_records(connection, watch)
            built = build(connection, work / "base.duckdb", settings, clock(), watch)
        finally:
            connection.close()
        manifest = manifest_of(built, [], settings, clock)
        published = publish_checked(folder, Checked(work / "base.duckdb", manifest))
    # After publishing: killed in between, the book is only made once more.
    write_whole(folder / FOLLOWED, mark)
    return published


def is_followed(folder: Path) -> bool:
    """Whether the book in `folder` says all that the records say."""
    try:
        mark = (folder / FOLLOWED).read_text("utf-8")
    except FileNotFoundError:
        return False
    return (folder / MANIFEST).exists() and not is_behind(mark)


def load_records(work: duckdb.DuckDBPyConnection, watch: Watch = silent) -> None:
    """Fill the declared tables of `work` from the records, as an import leaves them."""
    create_problem_tables(work)
    for done, (name, table) in enumerate(TABLES.items()):
        watch("Reading the records", done, len(TABLES))
        work.execute(table.duckdb_ddl())
        columns = ", ".join(f'"{c.name}"' for c in entered(name))
        for batch in table_batches(name):
            work.register("arrived", batch)
            work.execute(f'INSERT INTO "{name}" ({columns}) SELECT {columns} FROM arrived')
            work.unregister("arrived")
