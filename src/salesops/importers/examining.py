"""Examining: what each file is, which column is what, and what only a person can say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from salesops.foundations.problem import Problem, Refusal, Severity
from salesops.foundations.threads import threads
from salesops.importers import salesforce, systems
from salesops.importers.matching import is_target, judge_columns, match_file
from salesops.importers.mended import take_mended
from salesops.importers.model import (
    Answers,
    Examination,
    Limits,
    Question,
    SourceFile,
    Watch,
)
from salesops.importers.problems import create_problem_tables, note_gathered, note_problem
from salesops.importers.references import reference_questions
from salesops.importers.refused import REASON_COLUMN, ROW_COLUMN
from salesops.importers.room import room
from salesops.importers.sampling import columns_of, rows_in, shape_of
from salesops.importers.settling import settle_alike, settle_written_alike
from salesops.importers.staging import Staged, keep_staged, stage
from salesops.importers.unpacking import DataFile, unpack
from salesops.importers.vocabulary import COLUMN_WORDS

STAGING = "staging.duckdb"


def _silent(_step: str, _done: int, _total: int, /) -> None:
    """For those who do not watch."""


def examine(
    paths: Sequence[Path],
    work: Path,
    *,
    answers: Answers | None = None,
    limits: Limits | None = None,
    progress: Watch = _silent,
) -> Examination:
    """Unpack, stage and recognise `paths` in the empty folder `work`.

    Raises Refusal where nothing in them can be read, `Cancelled` where `progress` raises it.
    """
    said, caps = answers or Answers(), limits or Limits()
    work.mkdir(parents=True, exist_ok=True)
    store = work / STAGING
    store.unlink(missing_ok=True)
    with room(work):
        files, problems = unpack(paths, work, caps)
        connection = duckdb.connect(
            str(store),
            config={
                "memory_limit": "1200MB",
                "temp_directory": str(work),
                "threads": str(threads()),
            },
        )
        try:
            connection.execute("SET TimeZone = 'UTC'")
            create_problem_tables(connection)
            for problem in problems:
                note_problem(connection, problem)
            found = _stage_all(connection, files, work, caps, progress)
            take_mended(connection, found)
            for source in found:
                _recognise(connection, source, said)
            found += _unfolded(connection, found, said)
            if not any(f.table for f in found):
                raise Refusal(_nothing(found, problems), tuple(problems))
            questions = _recognised(connection, found, said, progress)
        finally:
            connection.close()
    return Examination(files=found, questions=questions, staging=str(store))


def _stage_all(
    connection: duckdb.DuckDBPyConnection,
    files: list[DataFile],
    work: Path,
    limits: Limits,
    progress: Watch,
) -> list[SourceFile]:
    total = sum(f.path.stat().st_size for f in files)
    done = 0
    found: list[SourceFile] = []
    for file in files:
        step, size = f"Reading {file.name}", file.path.stat().st_size

        def tick(read: int, step: str = step, before: int = done, size: int = size) -> None:
            progress(step, before + min(read, size), total)

        tick(0)
        for name, staged in stage(connection, file, work, limits, tick):
            if isinstance(staged, Refusal):
                found.append(_left_out(connection, name, size, staged))
            else:
                found.append(_source_file(connection, name, staged, size, len(found)))
        done += size
    progress("Reading", total, total)
    return found


def _left_out(
    connection: duckdb.DuckDBPyConnection, name: str, size: int, refusal: Refusal
) -> SourceFile:
    note_problem(
        connection,
        Problem("file_left_out", Severity.REFUSED, str(refusal), "", file=name),
    )
    return SourceFile(name=name, size=size, why=str(refusal))


def _source_file(
    connection: duckdb.DuckDBPyConnection, name: str, clean: Staged, size: int, number: int
) -> SourceFile:
    table = keep_staged(connection, number)
    note_gathered(connection, clean.gathered, name, clean.whole_header)
    columns = columns_of(connection, table, clean.header)
    return SourceFile(
        name=name,
        staging=table,
        rows=rows_in(connection, table),
        size=size,
        encoding=clean.encoding,
        delimiter=clean.delimiter,
        signature=shape_of(n for n in clean.header if n not in (ROW_COLUMN, REASON_COLUMN)),
        header=clean.whole_header,
        columns=columns,
    )


def _recognise(connection: duckdb.DuckDBPyConnection, source: SourceFile, answers: Answers) -> None:
    """What the file is: as a person said, as an export of a known program, or by its columns."""
    if source.why:
        return
    said = answers.files.get(source.signature)
    if said is not None and said.table == "":
        source.why = "Left out, as you said."
        return
    table = said.table if said and said.table in COLUMN_WORDS else None
    if table or not salesforce.recognise(source):
        if source.rows == 0:
            source.why = "It has column names and no rows."
            return
        if not systems.recognise(connection, source, table):
            match_file(source, table)
    if said and source.table:
        _correct(source, said.targets)


def _unfolded(
    connection: duckdb.DuckDBPyConnection, files: list[SourceFile], answers: Answers
) -> list[SourceFile]:
    """The files that are made of the rows of others, corrected as a person said."""
    made = systems.unfolded(connection, files)
    for source in made:
        said = answers.files.get(source.signature)
        if said is not None and said.table == "":
            source.table, source.why = None, "Left out, as you said."
        elif said is not None:
            _correct(source, said.targets)
    return made


def _correct(source: SourceFile, targets: dict[str, str]) -> None:
    """Columns go where a person said; a guess that is in the way gives way."""
    named = {c.name for c in source.columns}
    known = {n: t for n, t in targets.items() if n in named and is_target(source.table, t)}
    for column in source.columns:
        if column.name in known:
            column.target, column.confidence = known[column.name], 1.0
            column.note, column.reads_as = "As you said", ""
        elif column.target in known.values():
            column.target, column.confidence = "", 0.0


def _recognised(
    connection: duckdb.DuckDBPyConnection,
    files: list[SourceFile],
    answers: Answers,
    progress: Watch,
) -> list[Question]:
    questions: list[Question] = []
    known = [f for f in files if f.table]
    for number, file in enumerate(known):
        progress("Looking at the columns", number, len(known))
        questions += judge_columns(connection, file, answers)
    questions = settle_written_alike(connection, known, settle_alike(known, questions))
    questions += reference_questions(connection, known, answers)
    return questions


def _nothing(files: list[SourceFile], problems: list[Problem]) -> str:
    reasons = [p.message for p in problems]
    reasons += [f.why if f.name in f.why else f"{f.name}: {f.why}" for f in files if f.why]
    return " ".join(["Nothing in the files could be read.", *reasons[:5]])
