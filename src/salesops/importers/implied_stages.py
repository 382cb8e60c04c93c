"""Stages that no file tells of by itself: what they mean is read off the deals in them."""

from __future__ import annotations

import duckdb

from salesops.importers import formats
from salesops.importers.model import Examination, SourceFile
from salesops.importers.unfolding import column_for

IMPLIED_STAGES = "_stage_implied"


def note_implied_stages(work: duckdb.DuckDBPyConnection, examination: Examination) -> None:
    """Make a table of the pipeline and name of each, beside what was read of the files."""
    work.execute(f"CREATE TABLE {IMPLIED_STAGES} (pipeline VARCHAR, stage VARCHAR)")
    implied = [f for f in examination.files if f.table == "pipeline_stage" and f.told_in]
    if not implied:
        return
    work.execute(f"ATTACH {formats.quoted(examination.staging)} AS staged (READ_ONLY)")
    for file in implied:
        pipeline, stage = _text(file, "pipeline"), _text(file, "stage")
        work.execute(
            f"INSERT INTO {IMPLIED_STAGES} SELECT {pipeline}, {stage} FROM staged.{file.staging}"
        )
    work.execute("DETACH staged")


def _text(file: SourceFile, name: str) -> str:
    """SQL of what a file says there."""
    column = column_for(file, name)
    return column.key if column is not None else "NULL"
