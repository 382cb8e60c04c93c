"""The tables of a generation under one name each, whether they stand in one file or in a base and its delta."""

from __future__ import annotations

from pathlib import Path

import duckdb

from salesops.book.deletion import DELETION
from salesops.book.passage import PASSAGE
from salesops.book.quota_version import QUOTA_VERSION
from salesops.book.worked_out import WORKED_OUT
from salesops.engines.folder import Manifest
from salesops.engines.literals import literal
from salesops.tables import TABLES

# What a base holds beside the declared tables; of these only what is worked out and `_change` have rows in a delta.
BESIDE = ("calendar", *WORKED_OUT, "_change", "_problem", "_problem_count", "_refused_row")
REPLACED = "_replaced"  # in a delta: (name, id) of every row of the base that no longer holds
_KEY = dict.fromkeys(("opportunity_version", PASSAGE, "_change"), "opportunity_id")
_REPLACED_AS = {
    **dict.fromkeys(("opportunity_version", DELETION, PASSAGE, "_change"), "opportunity"),
    QUOTA_VERSION: "quota",
}


def attach(
    connection: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest, name: str
) -> None:
    """Make the tables of the generation readable as `name`.main.TABLE, read-only.

    Rows of the base that the delta replaces are left out, whether it has others in their place or none.
    """
    if not manifest.delta:
        connection.execute(f"ATTACH {literal(str(folder / manifest.base))} AS {name} (READ_ONLY)")
        return
    connection.execute(f"ATTACH {literal(str(folder / manifest.base))} AS {name}_base (READ_ONLY)")
    connection.execute(
        f"ATTACH {literal(str(folder / manifest.delta))} AS {name}_delta (READ_ONLY)"
    )
    connection.execute(f"ATTACH ':memory:' AS {name}")
    found = connection.execute(f"SELECT DISTINCT name FROM {name}_delta.main.{REPLACED}").fetchall()
    replaced = {str(row[0]) for row in found}
    for table in (*TABLES, *BESIDE):
        text = f"FROM {name}_base.main.{table}"
        if replaces_as(table) in replaced:
            text = (
                f"{left_of(table, f'{name}_base', f'{name}_delta.main.{REPLACED}')} "
                f"UNION ALL FROM {name}_delta.main.{table}"
            )
        connection.execute(f"CREATE VIEW {name}.main.{table} AS {text}")


def left_of(table: str, base: str, replaced: str) -> str:
    """The select of those rows of a base's table that are not among the replaced."""
    return (
        f"SELECT kept.* FROM {base}.main.{table} AS kept ANTI JOIN {replaced} AS gone "
        f"ON gone.id = kept.{_KEY.get(table, 'id')} AND gone.name = '{replaces_as(table)}'"
    )


def replaces_as(table: str) -> str:
    """The table by whose ids rows of `table` are replaced: the past of a deal goes with the deal, as a quota's does."""
    return _REPLACED_AS.get(table, table)
