"""Settling: what one column or part of an export tells of how it is written is not asked of the others."""

from __future__ import annotations

import re

import duckdb

from salesops.foundations.table import Type
from salesops.importers import formats
from salesops.importers.matching import NEEDS_YOU
from salesops.importers.model import Question, SourceColumn, SourceFile

_DAY = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b")
_ORDERS = {"day-first", "month-first"}


def settle_alike(files: list[SourceFile], questions: list[Question]) -> list[Question]:
    """Parts of one export are read alike: what one of them settles is not asked of the others.

    A question of several parts is asked once.
    """
    asked: dict[str, Question] = {}
    for question in questions:
        _, signature, name = question.id.split(":", 2)
        alike = [
            (f, c)
            for f in files
            if f.signature == signature and not f.salesforce
            for c in f.columns
            if c.name == name and c.target
        ]
        settled = next((c for _, c in alike if c.note != NEEDS_YOU and _ordered(c)), None)
        if settled is not None:
            for _, column in alike:
                if column.note == NEEDS_YOU:
                    column.reads_as, column.note = settled.reads_as, "As in the other parts"
        elif question.id in asked:
            asked[question.id].rows += question.rows
        else:
            asked[question.id] = question
    return list(asked.values())


def _ordered(column: SourceColumn) -> bool:
    return column.reads_as.partition(":")[2] in ("day-first", "month-first", "point", "comma")


def settle_written_alike(
    connection: duckdb.DuckDBPyConnection, files: list[SourceFile], questions: list[Question]
) -> list[Question]:
    """A known program writes all days of a file in one order, and all numbers in one style.

    What one column settles holds for the others; where none does, one question is asked for all of them.
    """
    for name in dict.fromkeys(f.told_in or f.name for f in files if f.system):
        mine = [f for f in files if f.system and name in (f.name, f.told_in)]
        questions = _settle_kinds(mine, ("number", "percent"), questions, set())
        asked = any(c.note == NEEDS_YOU for f in mine for c in f.columns)
        other = _orders_beside(connection, mine) if asked else set()
        questions = _settle_kinds(mine, ("date", "instant"), questions, other)
    return questions


def _orders_beside(connection: duckdb.DuckDBPyConnection, files: list[SourceFile]) -> set[str]:
    """The orders of days in columns that are not read."""
    judged = [
        formats.judge(connection, f.staging, c.key, Type.DATE)
        for f in files
        for c in f.columns
        if not c.target and c.samples and _DAY.match(c.samples[0])
    ]
    return {j.reads_as.partition(":")[2] for j in judged if not j.ambiguous} & _ORDERS


def _settle_kinds(
    files: list[SourceFile], kinds: tuple[str, ...], questions: list[Question], beside: set[str]
) -> list[Question]:
    columns = [
        (f, c)
        for f in files
        for c in f.columns
        if c.target and c.reads_as.partition(":")[0] in kinds
    ]
    styles = {
        c.reads_as.partition(":")[2] for _, c in columns if c.note != NEEDS_YOU and _ordered(c)
    }
    styles = styles or beside
    asked = [(f, c) for f, c in columns if c.note == NEEDS_YOU]
    if len(styles) == 1:
        (style,) = styles
        for _, column in asked:
            column.reads_as = f"{column.reads_as.partition(':')[0]}:{style}"
            column.note = "As in the other columns"
    elif styles:
        return questions  # the columns differ, so each has to be asked about
    else:
        for _, column in asked[1:]:
            column.note = f"Read as “{asked[0][1].name}” is"
    dropped = {(f.signature, c.name) for f, c in (asked if styles else asked[1:])}
    return [q for q in questions if _about(q) not in dropped]


def _about(question: Question) -> tuple[str, str]:
    _, signature, name = question.id.split(":", 2)
    return signature, name
