"""Compiled questions: the SQL of a KPI over a grain, made once by Ibis and kept on disk.

Listing and asking must not cost the import of Ibis: a process that only asks known questions reads their
text. What everybody asks is compiled with the program (`build/compiled`), the rest once in the book's own
folder. Texts stand under a fingerprint of the definitions they came from, so that a mended definition is
never answered by an old text. Parameters become `$start`, `$end`, `$as_of`, `$today` and `$g0`, `$g1`, ….
"""

import dataclasses
import hashlib
import re
import shutil
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from salesops.book.facts import CALENDAR, SHAREABLE, Scope
from salesops.book.question import Question, definitions
from salesops.book.settings import write_whole
from salesops.book.worked_out import with_worked_out
from salesops.foundations.table import Table

BUILT = Path(__file__).parents[3] / "build" / "compiled"

# One text serves every reader whose scope is limited: in place of keys it names them.
ANYBODY = Scope(
    owner_ids=("\x02owner_ids\x03",),
    shared={noun: (f"\x02shared_{noun}\x03",) for noun in SHAREABLE},
    team="\x02own_team\x03",
)
# Ibis writes parameters as literals. These values stand for them and are nowhere else in any question.
_DAYS = {"start": date(1, 1, 2), "end": date(1, 1, 3), "today": date(1, 1, 4)}
_INSTANT = {"as_of": datetime(1, 1, 5)}  # noqa: DTZ001  instants in tables are UTC without a zone


def sql_of(question: Question, folder: Path | None) -> str:
    """The question in DuckDB's SQL: built with the program, compiled in `folder` before, or now."""
    name = f"{question.fingerprint}.sql"
    places = [BUILT / edition(), *([folder / edition()] if folder else [])]
    for place in places:
        try:
            return kept_text(place / name)
        except FileNotFoundError:
            continue
    text = _compile(question)
    if folder:
        keep(text, folder, name)
    return text


def kept_text(file: Path) -> str:
    """A text as it was written: Python's reading of text would make another character of each carriage return."""
    return file.read_bytes().decode("utf-8")


def keep(text: str, folder: Path, name: str) -> None:
    """Write a text below the present edition; texts of former ones go."""
    mine = folder / edition()
    if not mine.exists():
        for former in folder.glob("*"):
            if former != mine:  # which another process may just have made
                shutil.rmtree(former, ignore_errors=True)
        mine.mkdir(parents=True, exist_ok=True)
    write_whole(mine / name, text)


@lru_cache(maxsize=1)
def edition() -> str:
    """Changes with the definitions, with the words above and with the compiler, and so does every text."""
    digest = hashlib.sha256(definitions().encode())
    digest.update(Path(__file__).read_bytes())
    for package in ("ibis-framework", "sqlglot"):
        digest.update(version(package).encode())
    return digest.hexdigest()[:16]


def _compile(question: Question) -> str:
    import ibis

    from salesops.book.question import expression

    if not question.scope.is_everything:
        question = dataclasses.replace(question, scope=ANYBODY)
    table, parameters = expression(question)
    values: dict[object, object] = {}
    stands_for: dict[str, str] = {}
    for name, parameter in parameters.items():
        if name in _DAYS:
            value: object = _DAYS[name]
        elif name in _INSTANT:
            value = _INSTANT[name]
        else:
            value = f"\x02{name}\x03"
        values[parameter] = value
        stands_for[_literal(value)] = name
    text = str(ibis.to_sql(table, dialect="duckdb", params=values))
    for literal, name in stands_for.items():
        text = text.replace(literal, f"${name}")
    text = for_any_reader(text)
    left = re.search(r"MAKE_(DATE|TIMESTAMP)\(1,|\x02", text)
    if left:
        raise ValueError(f"{question.kpi.name}: a parameter is still a literal in {text}")
    return _lean(text, question.tables) if question.answer == "cells" else text


def for_any_reader(text: str) -> str:
    """The text of a question `ANYBODY` asks, with parameters for who does."""
    text = re.sub(r"IN \('\x02(\w+)\x03'\)", r"IN (SELECT unnest(CAST($\1 AS TEXT[])))", text)
    return re.sub(r"'\x02(own_team)\x03'", r"$\1", text)


def _lean(text: str, tables: Mapping[str, Table]) -> str:
    """The same query without the columns nobody reads: reading and planning them takes as long as most answers."""
    from sqlglot import parse_one
    from sqlglot.optimizer.pushdown_projections import pushdown_projections
    from sqlglot.optimizer.qualify import qualify

    schema: dict[str, object] = {
        n: dict.fromkeys(t.column, "text") for n, t in with_worked_out(tables).items()
    }
    schema["calendar"] = CALENDAR
    tree = qualify(parse_one(text, read="duckdb"), schema=schema, dialect="duckdb")
    return pushdown_projections(tree, schema=schema).sql(dialect="duckdb")


@lru_cache(maxsize=100)
def _literal(value: object) -> str:
    """How DuckDB's dialect writes the stand-in value."""
    import ibis

    if isinstance(value, str):
        return f"'{value}'"
    kind = "timestamp" if isinstance(value, datetime) else "date"
    whole = str(ibis.to_sql(ibis.literal(value, kind).name("v"), dialect="duckdb"))
    found = re.search(r"SELECT\s+(.*?) AS \"v\"", whole, re.S)
    if found is None:
        raise ValueError(f"Cannot tell how {value!r} is written in {whole}")
    return found.group(1)
