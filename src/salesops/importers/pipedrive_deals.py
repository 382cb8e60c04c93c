"""Deals of Pipedrive: won and lost, which are a status beside the stage there, become stages and dates here."""

from __future__ import annotations

import duckdb

from salesops.foundations.problem import Problem, Severity
from salesops.importers import formats
from salesops.importers.model import SourceColumn, SourceFile
from salesops.importers.pipedrive_headings import among, told
from salesops.importers.problems import note_any, note_rows
from salesops.importers.unfolding import Worked, column_for, leave_out, unfold

WON, LOST = "Won", "Lost"  # the stages of deals that are over, whatever language the export is in
_OPEN, _DELETED = "Open", "Deleted"
_STATUS = {
    _OPEN: "open|offen|ouvert|ouverte|abierto|aberto",
    WON: "won|gewonnen|gagne|gagnee|ganado|ganho",
    LOST: "lost|verloren|perdu|perdue|perdido",
    _DELETED: "deleted|geloscht|supprime|supprimee|eliminado|excluido|verwijderd",
}
_ENDS = ("won", "lost", "closed")


def worked_out(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> list[Worked]:
    """The stage a deal is in now and the day it closes; what is archived and still open is told."""
    stage = told(source, "deal", "stage")
    meaning = _meaning(connection, source)
    added = []
    if meaning:
        kept = stage.key if stage else f"'{_OPEN}'"
        text = f"CASE WHEN {meaning} IN ('{WON}', '{LOST}') THEN {meaning} ELSE {kept} END"
        added.append(
            Worked("Stage now", text, "stage", "Won and lost are stages here, after the others")
        )
    closed = [c for ours in _ENDS if (c := told(source, "deal", ours))]
    expected = told(source, "deal", "expected")
    if closed or expected:
        ended = _ended(source, meaning)
        later = expected.key if expected else "NULL"
        text = f"CASE WHEN {meaning or 'NULL'} IN ('{WON}', '{LOST}') THEN coalesce({ended}, {later}) ELSE {later} END"
        added.append(
            Worked(
                "Closes", text, "close_date", "When it was won or lost, else when that is expected"
            )
        )
    _tell_archived(connection, source, meaning)
    return added


def _meaning(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> str:
    """SQL of what a deal's status means; a word that is not known means what the dates beside it do."""
    status = told(source, "deal", "status")
    won, lost = told(source, "deal", "won"), told(source, "deal", "lost")
    has_won, has_lost = (f"{c.key} IS NOT NULL" if c else "false" for c in (won, lost))
    if status is None:
        if won is None and lost is None:
            return ""
        return f"CASE WHEN {has_won} THEN '{WON}' WHEN {has_lost} THEN '{LOST}' ELSE '{_OPEN}' END"
    cases = []
    for word, rows, of_won, of_lost in connection.execute(
        f"SELECT {status.key}, count(*), count(*) FILTER ({has_won}), count(*) FILTER ({has_lost}) "
        f"FROM {source.staging} WHERE {status.key} IS NOT NULL GROUP BY 1 ORDER BY 1 LIMIT 100"
    ).fetchall():
        known = among(word, _STATUS)
        if not known:
            known = WON if of_won == rows else LOST if of_lost == rows else _OPEN
            _tell_status(connection, source, status, word, known, rows)
        cases.append(f"WHEN {formats.quoted(word)} THEN '{known}'")
    return f"CASE {status.key} {' '.join(cases)} ELSE '{_OPEN}' END"


def _ended(source: SourceFile, meaning: str) -> str:
    """SQL of when a deal was won or lost."""
    keys = {
        ours: column.key if (column := told(source, "deal", ours)) else "NULL" for ours in _ENDS
    }
    of_meaning = f"CASE {meaning or 'NULL'} WHEN '{WON}' THEN {keys['won']} WHEN '{LOST}' THEN {keys['lost']} END"
    return f"coalesce({of_meaning}, {keys['closed']})"


def _tell_status(
    connection: duckdb.DuckDBPyConnection,
    source: SourceFile,
    column: SourceColumn,
    word: str,
    meaning: str,
    rows: int,
) -> None:
    note_rows(
        connection,
        Problem(
            "status_by_dates",
            Severity.DOUBTFUL,
            f"The status “{word}” is not known. It counts as {meaning.lower()}, as the dates beside it tell.",
            "Set Pipedrive to English and export again, if that is wrong.",
            file=source.name,
            column=column.name,
            table="opportunity",
        ),
        f"SELECT _row AS row, {column.key} AS value, NULL AS record_id FROM {source.staging} "
        f"WHERE {column.key} = {formats.quoted(word)}",
        rows,
    )


def leave_out_deleted(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> None:
    """Deals whose status says that they are deleted are not read, which is told."""
    status = told(source, "deal", "status")
    if status is None:
        return
    words = [
        word
        for (word,) in connection.execute(
            f"SELECT DISTINCT {status.key} FROM {source.staging} WHERE {status.key} IS NOT NULL"
        ).fetchall()
        if among(word, _STATUS) == _DELETED
    ]
    if words:
        leave_out(
            connection,
            source,
            f"{status.key} IN ({', '.join(map(formats.quoted, words))})",
            Problem(
                "deleted_in_source",
                Severity.NOTE,
                "Rows deleted in the source are left out.",
                "Nothing to do.",
                file=source.name,
                column=status.name,
                table="opportunity",
            ),
        )


def _tell_archived(connection: duckdb.DuckDBPyConnection, source: SourceFile, meaning: str) -> None:
    archived = told(source, "deal", "archived")
    if archived is None or not meaning:
        return
    archived.note = "Looked at: open deals that are archived are told"
    note_any(
        connection,
        Problem(
            "archived_and_open",
            Severity.DOUBTFUL,
            "Deals are archived and still open; they count as open.",
            "Mark them as lost in Pipedrive, or leave archived deals out of the export.",
            file=source.name,
            column=archived.name,
            table="opportunity",
        ),
        f"SELECT _row AS row, {archived.key} AS value, NULL AS record_id FROM {source.staging} "
        f"WHERE {archived.key} IS NOT NULL AND {meaning} = '{_OPEN}'",
    )


def _meaning_now(source: SourceFile) -> str:
    """SQL of won or lost, from the stage that was worked out; '' where the file does not tell."""
    stage = column_for(source, "stage")
    return stage.key if stage is not None and stage.name == "Stage now" else ""


def tell_no_history(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> None:
    """Since when a deal is in its last stage says nothing of those before, so it is no history to count with."""
    moved = told(source, "deal", "moved")
    if moved is not None:
        moved.note = "Not read: the stages before are not told"
    note_rows(
        connection,
        Problem(
            "history_not_told",
            Severity.NOTE,
            "Pipedrive's export holds no history: of the past it tells only when a deal was won or lost. "
            "What is read from history, such as stage conversion and past days, is not known.",
            "Bring exports into an office as time goes by: what changed between them becomes history.",
            file=source.name,
            table="opportunity",
        ),
        f"SELECT _row AS row, NULL AS value, NULL AS record_id FROM {source.staging} ORDER BY _row LIMIT 1",
        source.rows,
    )


def stages(connection: duckdb.DuckDBPyConnection, source: SourceFile) -> SourceFile | None:
    """Every stage of a pipeline is open, whatever it is called, for a status tells won and lost."""
    stage, pipeline = told(source, "deal", "stage"), column_for(source, "pipeline")
    now = _meaning_now(source)
    if not now:
        return None
    rows = [
        (
            f"SELECT min(_row), NULL, {now}, lower({now}) FROM {source.staging} "
            f"WHERE {now} IN ('{WON}', '{LOST}') GROUP BY 3"
        )
    ]
    if stage is not None:
        where = pipeline.key if pipeline else "NULL"
        rows.append(
            f"SELECT min(_row), {where}, {stage.key}, 'open' FROM {source.staging} "
            f"WHERE {stage.key} IS NOT NULL AND {stage.key} NOT IN ('{WON}', '{LOST}') GROUP BY 2, 3"
        )
    columns = {"Pipeline": "pipeline", "Stage": "stage", "Outcome": "outcome"}
    return unfold(connection, source, "stages", "pipeline_stage", columns, " UNION ALL ".join(rows))
