"""Rebuilding a book from its own rows, when what people say of stages, currency or calendar changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from salesops.book.settings import Settings, save_settings
from salesops.engines.build import build
from salesops.engines.folder import Manifest, read_manifest
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.jobs.opening import WORK_MEMORY, Checked, publish_checked
from salesops.jobs.progress import Watch, silent
from salesops.tables import TABLES


def apply_settings(
    folder: Path, settings: Settings, clock: Clock, *, watch: Watch = silent
) -> Manifest:
    """Save the settings and, where numbers depend on them, publish a generation that follows them.

    The settings are saved only once the new generation is finished.
    """
    former = read_manifest(folder)
    if former is None:
        folder.mkdir(parents=True, exist_ok=True)
        save_settings(folder, settings)
        raise Refusal(
            "The settings are kept. There is no book yet to apply them to; open files first."
        )
    work = folder / "work" / f"settings-{clock():%Y%m%dT%H%M%S%f}"
    work.mkdir(parents=True)
    try:
        connection = duckdb.connect(
            str(work / "work.duckdb"),
            config={"memory_limit": WORK_MEMORY, "temp_directory": str(work), "threads": "2"},
        )
        try:
            connection.execute("SET preserve_insertion_order = false")
            _load(connection, folder / former.base, former)
            built = build(connection, work / "base.duckdb", settings, clock(), watch)
        finally:
            connection.close()
        manifest = former.model_copy(
            update={
                "currency": built.currency,
                "files_name_currency": former.files_name_currency,
                "rows": built.rows,
                "won_minor": built.won_minor,
                "data_as_of": built.data_as_of,
                "history_from": built.history_from,
                "zone": settings.calendar.time_zone,
            }
        )
        published = publish_checked(folder, Checked(work / "base.duckdb", manifest))
        save_settings(folder, settings)
        return published
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _load(connection: duckdb.DuckDBPyConnection, base: Path, former: Manifest) -> None:
    """The rows as an importer read them: what was derived or assumed is taken out again."""
    quoted = str(base).replace("'", "''")
    connection.execute(f"ATTACH '{quoted}' AS former (READ_ONLY)")
    for name, table in TABLES.items():
        columns = ", ".join(
            f"NULL AS {c.name}"
            if c.derived or (c.name == "currency" and not former.files_name_currency)
            else c.name
            for c in table.columns
        )
        connection.execute(table.duckdb_ddl())
        source = {"pipeline_stage": "_stage_as_read", "exchange_rate": "_rate_as_read"}.get(
            name, name
        )
        connection.execute(f'INSERT INTO "{name}" SELECT {columns} FROM former."{source}"')
    connection.execute("DELETE FROM opportunity_version WHERE change_source = 'snapshot'")
    for name in ("_problem", "_problem_count", "_refused_row"):
        connection.execute(f'CREATE TABLE "{name}" AS FROM former."{name}"')
    connection.execute("DELETE FROM _problem_count WHERE code = 'no_rate'")
    connection.execute("DETACH former")
