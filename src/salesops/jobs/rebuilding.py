"""Rebuilding a book from its own rows, when what people say of stages, currency or calendar changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from salesops.book.deletion import DELETION, deletion_table
from salesops.book.settings import Settings, save_settings
from salesops.engines.build import Built, build
from salesops.engines.folder import Manifest, read_manifest
from salesops.engines.literals import literal
from salesops.foundations.clock import Clock
from salesops.foundations.money import minor_digits
from salesops.foundations.problem import Refusal
from salesops.foundations.table import Type
from salesops.importers.room import room
from salesops.jobs.opening import Checked, working_folder
from salesops.jobs.progress import Watch, silent
from salesops.jobs.warming import look_ahead, publish_warm
from salesops.jobs.workbench import workbench
from salesops.tables import TABLES


def apply_settings(
    folder: Path,
    settings: Settings,
    clock: Clock,
    *,
    watch: Watch = silent,
    before_publishing: Callable[[], object] = lambda: None,
) -> Manifest:
    """Save the settings and, where numbers depend on them, publish a generation that follows them.

    The settings are saved only once the new generation is finished; the book of an office follows them as it
    follows its records. `before_publishing` is called when
    there is no way back any more.
    """
    former = read_manifest(folder)
    if former is None:
        folder.mkdir(parents=True, exist_ok=True)
        save_settings(folder, settings)
        raise Refusal(
            "The settings are kept. There is no book yet to apply them to; open files first."
        )
    if former.follows is not None:  # an office's worker makes it anew from the records
        save_settings(folder, settings)
        return former
    with working_folder(folder) as work:
        built = _build(folder / former.base, former, work, settings, clock, watch)
        manifest = former.model_copy(
            update={
                "currency": built.currency,
                "files_name_currency": former.files_name_currency,
                "alike_currencies": built.alike_currencies,
                "rows": built.rows,
                "won_minor": built.won_minor,
                "filled": built.filled,
                "data_as_of": built.data_as_of,
                "history_from": built.history_from,
                "zone": settings.calendar.time_zone,
                "turns": built.turns,
                "quotas_seen": built.quotas_seen,
            }
        )
        checked = Checked(work / "base.duckdb", manifest)
        look_ahead(checked, settings, watch=watch)
        before_publishing()
        published = publish_warm(folder, checked)
        save_settings(folder, settings)
        return published


_READ = {**TABLES, DELETION: deletion_table(TABLES)}


def _build(
    base: Path, former: Manifest, work: Path, settings: Settings, clock: Clock, watch: Watch
) -> Built:
    with room(work):
        connection = workbench(work / "work.duckdb")
        try:
            _load(connection, base, former)
            if not former.files_name_currency:
                digits = minor_digits(settings.currency) - minor_digits(former.currency)
                _rescale(connection, digits)
            return build(connection, work / "base.duckdb", settings, clock(), watch)
        finally:
            connection.close()


def _rescale(connection: duckdb.DuckDBPyConnection, digits: int) -> None:
    """Money of which no file names the currency stays the same number of dollars, or of yen."""
    if digits == 0:
        return
    for name, table in _READ.items():
        changed = [
            f"{c.name} = CAST(round({c.name} * CAST('1e{digits}' AS DECIMAL(12,6))) AS BIGINT)"
            for c in table.columns
            if c.type is Type.MONEY and not c.derived
        ]
        if changed:
            connection.execute(f"UPDATE {name} SET {', '.join(changed)}")


def _load(connection: duckdb.DuckDBPyConnection, base: Path, former: Manifest) -> None:
    """The rows as an importer read them: what was derived or assumed is taken out again."""
    connection.execute(f"ATTACH {literal(str(base))} AS former (READ_ONLY)")
    for name, table in _READ.items():
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
    connection.execute(
        "DELETE FROM opportunity_version WHERE change_source IN ('snapshot', 'meaning')"
    )
    for name in ("_problem", "_problem_count", "_refused_row"):
        connection.execute(f'CREATE TABLE "{name}" AS FROM former."{name}"')
    connection.execute("DELETE FROM _problem_count WHERE code = 'no_rate'")
    connection.execute("DETACH former")
