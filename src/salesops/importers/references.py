"""References: names and ids in one file that stand for rows of another, joined only where that is certain."""

from __future__ import annotations

import difflib
import itertools
import re

import duckdb

from salesops.importers.model import Answers, Choice, Question, SourceColumn, SourceFile
from salesops.tables import TABLES

LEAST_COVERAGE = 0.5
MOST_NAMES = 3_000  # above that, looking for near spellings costs more than it finds
MOST_LOOKED_UP = 50


def reference_questions(
    connection: duckdb.DuckDBPyConnection, files: list[SourceFile], answers: Answers
) -> list[Question]:
    """Choose each file's id by what other files refer to, then ask about names that are nearly the same."""
    generic = [f for f in files if not f.salesforce and f.table in TABLES]
    _choose_ids(connection, generic)
    questions: list[Question] = []
    for file, column, table in _references(generic):
        questions += _near_names(connection, generic, file, column, table, answers)
    return questions


def _references(files: list[SourceFile]) -> list[tuple[SourceFile, SourceColumn, str]]:
    found = []
    for file in files:
        for column in file.columns:
            name = column.target.partition(".")[2]
            declared = TABLES[file.table or ""].column.get(name) if name else None
            if declared is not None and declared.refers_to:
                found.append((file, column, declared.refers_to))
    return found


def _choose_ids(connection: duckdb.DuckDBPyConnection, files: list[SourceFile]) -> None:
    votes: dict[tuple[str, str], float] = {}
    for file, column, table in _references(files):
        for other in (f for f in files if f.table == table and f is not file):
            for candidate in other.columns:
                if candidate.filled < 1.0 or candidate.target.endswith(".name"):
                    continue
                share = _coverage(connection, file, column, other, candidate)
                if share >= LEAST_COVERAGE:
                    key = (other.staging, candidate.key)
                    votes[key] = votes.get(key, 0.0) + share * file.rows
    for other in files:
        mine = [(v, key[1]) for key, v in votes.items() if key[0] == other.staging]
        if not mine:
            continue
        best = _best(mine, other)
        for candidate in other.columns:
            if candidate.key == best:
                if candidate.target != f"{other.table}.id":
                    candidate.note = "Other files refer to it"
                candidate.target, candidate.confidence = f"{other.table}.id", 0.98
            elif candidate.target == f"{other.table}.id":
                candidate.target, candidate.note = "", "Not what other files refer to"


def _best(votes: list[tuple[float, str]], other: SourceFile) -> str:
    """The column most referred to; what is called an id wins where it is referred to as well as any."""
    most, best = max(votes)
    named = next((c.key for c in other.columns if c.target == f"{other.table}.id"), "")
    return next((key for vote, key in votes if key == named and vote >= most), best)


def _coverage(
    connection: duckdb.DuckDBPyConnection,
    file: SourceFile,
    column: SourceColumn,
    other: SourceFile,
    candidate: SourceColumn,
) -> float:
    """The share of distinct values that are found in a column whose values are all different."""
    plain = "regexp_replace({0}, '^(\\d+)\\.0$', '\\1')"
    spoken, known = plain.format(column.key), plain.format(candidate.key)
    found = connection.execute(
        f"""
        WITH there AS (SELECT {known} AS v FROM {other.staging}),
            here AS (SELECT DISTINCT {spoken} AS v FROM {file.staging} WHERE {column.key} IS NOT NULL)
        SELECT (SELECT count(*) FROM here SEMI JOIN there USING (v)), (SELECT count(*) FROM here),
            (SELECT count(DISTINCT v) = count(*) FROM there)
        """
    ).fetchone()
    if not found or not found[1] or not found[2]:
        return 0.0
    return float(found[0]) / float(found[1])


def _near_names(
    connection: duckdb.DuckDBPyConnection,
    files: list[SourceFile],
    file: SourceFile,
    column: SourceColumn,
    table: str,
    answers: Answers,
) -> list[Question]:
    known: set[str] = set()
    names: list[str] = []
    for other in files:
        if other.table != table:
            continue
        for candidate in other.columns:
            if candidate.target in (f"{table}.id", f"{table}.name"):
                rows = connection.execute(
                    f"SELECT DISTINCT {candidate.key} FROM {other.staging} WHERE {candidate.key} IS NOT NULL"
                ).fetchall()
                known |= {r[0].casefold() for r in rows}
                if candidate.target.endswith(".name"):
                    names += [r[0] for r in rows]
    if not names or len(names) > MOST_NAMES:
        return []
    # Names that are rare are left for the list of problems: near spellings are dear to look for.
    spoken = connection.execute(
        f"SELECT {column.key}, count(*) FROM {file.staging} WHERE {column.key} IS NOT NULL "
        f"GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()
    missing = (
        (value, rows)
        for value, rows in spoken
        if value.casefold() not in known and swapped(value).casefold() not in known
    )
    questions = []
    for value, rows in itertools.islice(missing, MOST_LOOKED_UP):
        near = _nearest(value, names)
        if near is None:
            continue
        identity = f"join:{table}:{value}"
        answer = answers.choices.get(identity, "")
        questions.append(
            Question(
                id=identity,
                file=file.name,
                column=column.name,
                sentence=f"“{value}” in {file.name} is not among the {table}s given. Is it “{near}”?",
                choices=[
                    Choice(value=near, label=f"Yes, it is {near}"),
                    Choice(value="keep", label=f"No, keep “{value}” apart"),
                ],
                must_answer=False,
                rows=rows,
                answer=answer,
            )
        )
    return questions


def swapped(name: str) -> str:
    """`Low, Spencer` as `Spencer Low`; anything else as it is."""
    parts = name.split(", ")
    return f"{parts[1]} {parts[0]}" if len(parts) == 2 else name


def _nearest(value: str, names: list[str]) -> str | None:
    squeezed = _squeezed(value)
    for name in names:
        if _squeezed(name) == squeezed:
            return name
    near = difflib.get_close_matches(value, names, 1, 0.88)
    return near[0] if near else None


def _squeezed(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()
