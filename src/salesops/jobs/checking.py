"""What the checks find in a whole book is worked out once a generation and kept beside its file.

What they found some weeks ago is worked out once a base, which an office makes anew once a day.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from salesops.book.book import Book
from salesops.book.question import definitions
from salesops.book.settings import Settings, write_whole
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

T = TypeVar("T")
KEPT = ".checks"  # beside a file of a generation, under its name


def found_in(engine: DuckDBEngine, settings: Settings) -> Report:
    """What the checks find in the current generation of a whole book, as it is kept or else asked now and kept."""
    book, file = Book(engine, settings), engine.folder / engine.manifest.newest
    return _kept(book, file, "report", _report, lambda: run_checks(book, held_in(engine, settings)))


def found_before(engine: DuckDBEngine, settings: Settings) -> Trend:
    """What they found some weeks ago, as it is kept of the base or else asked now and kept."""
    book, file = Book(engine, settings), engine.folder / engine.manifest.base
    return _kept(book, file, "trend", _trend, lambda: trend(book, held_in(engine, settings)))


def held_in(engine: DuckDBEngine, settings: Settings) -> Held:
    """What the current generation of a whole book holds of what checks look at."""
    book, file = Book(engine, settings), engine.folder / engine.manifest.base
    former = _kept(book, file, "former", _columns, lambda: former_columns(book))
    return held_by(book, former)


def kept_file(file: Path, what: str) -> Path:
    """Where something is kept of a file of a generation."""
    return file.with_name(f"{file.name}{KEPT}-{what}")


WHAT = ("report", "trend", "former")


def _kept(
    book: Book,
    file: Path,
    what: str,
    read: Callable[[Any], T],
    ask: Callable[[], T],
) -> T:
    """What is kept; asked now where nothing is, or where it is of another day or other definitions."""
    place, said_by = kept_file(file, what), _edition(book)
    try:
        kept = json.loads(place.read_text("utf-8"))
        if kept["edition"] == said_by:
            return read(kept["told"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    found = ask()
    with suppress(OSError):  # a book that cannot be written to is read as well
        write_whole(place, json.dumps({"edition": said_by, "told": found}, default=_plain))
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
    digest = hashlib.sha256(definitions().encode())
    folder = Path(__file__).parents[1] / "data_quality"
    for file in (*sorted(folder.rglob("*.py")), Path(spelling.__file__)):
        digest.update(file.read_bytes())
    return digest.hexdigest()
