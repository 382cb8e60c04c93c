"""Examining: what each file is, which column is what, and what only a person can say."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import duckdb

from salesops.foundations.problem import Problem, Refusal, Severity
from salesops.importers import salesforce
from salesops.importers.matching import judge_columns, match_file
from salesops.importers.model import (
    Answers,
    Examination,
    Limits,
    Question,
    SourceColumn,
    SourceFile,
    Watch,
)
from salesops.importers.problems import create_problem_tables, note_problem, note_refused
from salesops.importers.references import reference_questions
from salesops.importers.staging import Staged, stage
from salesops.importers.unpacking import DataFile, unpack
from salesops.importers.vocabulary import words

STAGING = "staging.duckdb"
SAMPLES = 4


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
    files, problems = unpack(paths, work, caps)
    connection = duckdb.connect(
        str(store),
        config={"memory_limit": "1200MB", "temp_directory": str(work), "threads": "2"},
    )
    try:
        create_problem_tables(connection)
        for problem in problems:
            note_problem(connection, problem)
        found = _stage_all(connection, files, work, caps, said, progress)
        if not any(f.table for f in found):
            raise Refusal(_nothing(found), tuple(problems))
        questions = _recognised(connection, found, said, progress)
    finally:
        connection.close()
    return Examination(files=found, questions=questions, staging=str(store))


def _stage_all(
    connection: duckdb.DuckDBPyConnection,
    files: list[DataFile],
    work: Path,
    limits: Limits,
    answers: Answers,
    progress: Watch,
) -> list[SourceFile]:
    total = sum(f.path.stat().st_size for f in files)
    done = 0
    found: list[SourceFile] = []
    for file in files:
        progress(f"Reading {file.name}", done, total)
        size = file.path.stat().st_size
        try:
            for name, staged in stage(connection, file, work, limits):
                source = _source_file(connection, name, staged, size, len(found))
                _recognise(source, answers)
                found.append(source)
        except Refusal as refusal:
            problem = Problem(
                "file_left_out",
                Severity.REFUSED,
                str(refusal),
                "Mend the file and open it again.",
                file=file.name,
            )
            note_problem(connection, problem)
            found.append(SourceFile(name=file.name, size=size, why=str(refusal)))
        done += size
    progress("Reading", total, total)
    return found


def _source_file(
    connection: duckdb.DuckDBPyConnection, name: str, clean: Staged, size: int, number: int
) -> SourceFile:
    table = f"s{number}"
    connection.execute(f'ALTER TABLE "{clean.table}" RENAME TO {table}')
    for row, cells, reason in clean.refused:
        note_refused(connection, name, row, clean.header, cells, reason)
    for problem in clean.problems:
        note_problem(connection, problem)
    columns = _columns(connection, table, clean.header)
    rows = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    shape = " ".join(sorted(words(c.name) for c in columns))
    return SourceFile(
        name=name,
        staging=table,
        rows=int(rows[0]) if rows else 0,
        size=size,
        encoding=clean.encoding,
        delimiter=clean.delimiter,
        signature=hashlib.sha256(shape.encode()).hexdigest()[:16],
        columns=columns,
    )


def _columns(
    connection: duckdb.DuckDBPyConnection, table: str, header: list[str]
) -> list[SourceColumn]:
    """Every column with its first values and how much of it is filled."""
    keys = [f"c{i}" for i in range(len(header))]
    filled: list[float] = []
    samples: list[list[str]] = []
    total = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    n = int(total[0]) if total else 0
    for start in range(0, len(keys), 200):  # wide files a part at a time
        some = keys[start : start + 200]
        counts = connection.execute(
            f"SELECT {', '.join(f'count({k})' for k in some)} FROM {table}"
        ).fetchone()
        filled += [c / n if n else 0.0 for c in counts or ()]
        for key in some:
            rows = connection.execute(
                f"SELECT left({key}, 80) FROM (SELECT {key} FROM {table} WHERE {key} IS NOT NULL LIMIT 400) "
                f"GROUP BY 1 LIMIT {SAMPLES}"
            ).fetchall()
            samples.append([r[0] for r in rows])
    return [
        SourceColumn(name=name, key=key, samples=s, filled=f)
        for name, key, s, f in zip(header, keys, samples, filled, strict=True)
    ]


def _recognise(source: SourceFile, answers: Answers) -> None:
    """What the file is: as a person said, as a Salesforce object, or by its columns."""
    said = answers.files.get(source.signature)
    if said is not None and said.table == "":
        source.why = "Left out, as you said."
        return
    if source.rows == 0 and not source.columns:
        source.why = "It holds no rows."
        return
    if not (said and said.table) and salesforce.recognise(source):
        pass
    else:
        match_file(source, said.table if said else None)
    if said:
        for column in source.columns:
            if column.name in said.targets:
                column.target = said.targets[column.name]
                column.confidence, column.note = 1.0, "As you said"


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
    questions += reference_questions(connection, known, answers)
    return questions


def _nothing(files: list[SourceFile]) -> str:
    reasons = " ".join(f"{f.name}: {f.why}" for f in files[:5])
    return f"None of the files could be read as anything salesops knows. {reasons}".strip()
