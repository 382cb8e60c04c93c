"""What the checks find in a whole book is worked out once a generation and kept beside its file.

What they found some weeks ago is worked out once a base, which an office makes anew once a day.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from salesops.book.book import Book
from salesops.book.settings import Settings
from salesops.data_quality import (
    CHECKS,
    Checked,
    Held,
    Part,
    Report,
    Then,
    Trend,
    former_columns,
    held_by,
    run_checks,
    trend,
)
from salesops.engines.duckdb import DuckDBEngine
from salesops.foundations import spelling
from salesops.jobs.beside import code_of, keep_beside, kept_beside

T = TypeVar("T")
REPORT, TREND, FORMER = ".checks-report", ".checks-trend", ".checks-former"


def found_in(engine: DuckDBEngine, settings: Settings) -> Report:
    """What the checks find in the current generation of a whole book, as it is kept or else asked now and kept."""
    book, file = Book(engine, settings), engine.folder / engine.manifest.newest
    return _kept(book, file, REPORT, _report, lambda: run_checks(book, held_in(engine, settings)))


def found_before(engine: DuckDBEngine, settings: Settings) -> Trend:
    """What they found some weeks ago, as it is kept of the base or else asked now and kept."""
    book, file = Book(engine, settings), engine.folder / engine.manifest.base
    return _kept(book, file, TREND, _trend, lambda: trend(book, held_in(engine, settings)))


def held_in(engine: DuckDBEngine, settings: Settings) -> Held:
    """What the current generation of a whole book holds of what checks look at."""
    book, file = Book(engine, settings), engine.folder / engine.manifest.base
    former = _kept(book, file, FORMER, _columns, lambda: former_columns(book))
    return held_by(book, former)


def _kept(
    book: Book,
    file: Path,
    what: str,
    read: Callable[[Any], T],
    ask: Callable[[], T],
) -> T:
    """What is kept; asked now where nothing is, or where it is of another day or other definitions."""
    edition = _edition(book)
    kept = kept_beside(file, what, edition, read)
    if kept is not None:
        return kept
    found = ask()
    with suppress(OSError):  # a book that cannot be written to is read as well
        keep_beside(file, what, edition, found, _plain)
    return found


def _plain(value: Any) -> Any:
    """A value as JSON has it; a check by its name."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Checked):
        told = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        return told | {"check": value.check.name}
    if dataclasses.is_dataclass(value):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    raise TypeError(f"{type(value).__name__} cannot be kept.")


def _columns(told: Iterable[str]) -> frozenset[str]:
    return frozenset(told)


def _report(told: Mapping[str, Any]) -> Report:
    checked = tuple(
        Checked(**c | {"check": CHECKS[c["check"]], "parts": _parts(c["parts"])})
        for c in told["checked"]
    )
    today = date.fromisoformat(told["today"])
    return Report(today, told["currency"], checked, _parts(told["parts"]))


def _parts(told: list[dict[str, Any]]) -> tuple[Part, ...]:
    return tuple(Part(**part) for part in told)


def _trend(told: Mapping[str, Any]) -> Trend:
    return {name: tuple(Then(**point) for point in points) for name, points in told.items()}


def _edition(book: Book) -> str:
    """Changes with the day, with what checks look for, with the tables below them and with the calendar."""
    said = f"{_code()}{book.settings.calendar.model_dump_json()}{book.today}"
    return hashlib.sha256(said.encode()).hexdigest()


@lru_cache(maxsize=1)
def _code() -> str:
    folder = Path(__file__).parents[1] / "data_quality"
    return code_of((*sorted(folder.rglob("*.py")), Path(spelling.__file__)))
