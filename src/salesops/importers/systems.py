"""Systems: files of programs whose exports are known by their headings, and what each of them tells beside itself."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from salesops.importers import hubspot, pipedrive, salesforce, salesforce_report
from salesops.importers.model import SourceFile

_SYSTEMS = {
    hubspot.SYSTEM: hubspot,
    pipedrive.SYSTEM: pipedrive,
    salesforce_report.SYSTEM: salesforce_report,
}


def recognise(
    connection: duckdb.DuckDBPyConnection, source: SourceFile, table: str | None = None
) -> bool:
    """Fill in what a file is and where its columns go. False where it is of none of these programs.

    `table` is what a person said it holds; a file that would be another is none of theirs.
    """
    for system in _SYSTEMS.values():
        holds = system.holds(source)
        if holds and table in (None, holds):
            system.recognise(connection, source)
            return True
    return False


def unfolded(
    connection: duckdb.DuckDBPyConnection, files: Sequence[SourceFile]
) -> list[SourceFile]:
    """The files that are made of the rows of others: their stage history, stages and companies."""
    made: list[SourceFile] = []
    for file in files:
        if file.table and file.system:
            made += _SYSTEMS[file.system].unfolded(connection, file, [*files, *made])
        elif file.table and file.salesforce:
            made += salesforce.unfolded(connection, file, [*files, *made])
    return made
