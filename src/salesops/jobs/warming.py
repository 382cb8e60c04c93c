"""Warming: what every reader asks first is worked out before anybody does.

`python -m salesops.jobs.warming [FOLDER]` compiles the first questions while the program is built: a text
depends on definitions alone, never on a book. An import then answers what home and the library show, and
keeps the answers, the findings and the index of names beside the base file: at a million opportunities they take
seconds.
"""

from __future__ import annotations

import dataclasses
import gc
import hashlib
import logging
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache, partial
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from salesops.book.book import Book
from salesops.book.engine import Rows
from salesops.book.question import Question
from salesops.book.settings import Settings, write_whole
from salesops.engines.compiled import BUILT, edition, keep, sql_of
from salesops.engines.folder import MANIFEST, Manifest, read_manifest_lenient
from salesops.engines.names import NAMES, make_index
from salesops.engines.steady import SteadyEngine
from salesops.importers.model import Cancelled
from salesops.insights import (
    KEY_NUMBERS,
    LIBRARY_PERIOD,
    MOST,
    OF_A_PERSON,
    Finding,
    every_finding,
    key_reading,
    most_telling,
    quarter_readings,
)
from salesops.jobs.beside import beside, code_of, keep_beside, kept_beside
from salesops.jobs.checking import FORMER, REPORT, TREND, found_before, found_in
from salesops.jobs.held_up import HELD_UP, held_up_in, keep_held_up, what_holds_up
from salesops.jobs.opening import Checked, publish_checked
from salesops.jobs.progress import Watch, silent
from salesops.jobs.workbench import WORK_MEMORY
from salesops.kpis import KPIS
from salesops.kpis._definition import Kpi

if TYPE_CHECKING:
    from salesops.engines.duckdb import _Generation

FIRST_SPLITS = ("team", "person")
STEP = "Looking for what stands out"
# What stands beside a file of a generation under its name; it goes when the file goes.
ANSWERS = ".answers"
FINDINGS = ".findings"
LOOK_AGAIN = timedelta(minutes=10)  # after so long what stands out is looked for in newer deltas

KeptAnswers = Mapping[tuple[Any, ...], Rows]

log = logging.getLogger("salesops.jobs")


class WarmEngine(SteadyEngine):
    """The embedded engine that begins with the answers kept beside a generation's file."""

    @property
    def base(self) -> Path:
        """The base file of the current generation."""
        return self.folder / self.manifest.base

    def keep_answers(self) -> None:
        """Write what was answered beside the file, for engines to come."""
        told = [
            [fingerprint, _plain(values), found.columns, _plain(found.rows)]
            for (fingerprint, values), found in self._current().answers.items()
        ]
        keep_beside(self.folder / self.manifest.newest, ANSWERS, edition(), told)

    def _opened(self) -> _Generation:
        generation = super()._opened()
        file = self.folder / generation.manifest.newest
        generation.answers.update(kept_beside(file, ANSWERS, edition(), _answers) or {})
        return generation


def warm(folder: Path = BUILT) -> int:
    """Compile what home, the library and the first view of each number ask; returns how many texts."""
    asked = [q for kpi in KPIS.values() if kpi.rows is not None for q in _first_questions(kpi)]
    questions = [edition_of for question in asked for edition_of in _editions(question)]
    for question in questions:
        keep(sql_of(question, None), folder, f"{question.fingerprint}.sql")
    return len(questions)


def look_ahead(checked: Checked, settings: Settings, *, watch: Watch = silent) -> None:
    """Work out the first look at a base file that is not published yet, and keep it beside the file."""
    folder = checked.base.parent / "looked"
    folder.mkdir(exist_ok=True)
    manifest = checked.manifest.model_copy(update={"base": f"../{checked.base.name}"})
    write_whole(folder / MANIFEST, manifest.model_dump_json())
    try:
        look_at(folder, settings, watch=watch)
    except (Cancelled, duckdb.InterruptException):
        raise
    except Exception:
        # Memory too short, or a mistake in one number: the book is whole all the same, and the page says it.
        log.exception("The first look at the book could not be worked out beforehand.")


def look_at(folder: Path, settings: Settings, *, watch: Watch = silent) -> None:
    """Work out the first look at the book in `folder`, and keep it beside its base file."""
    engine = WarmEngine(folder, memory_limit=WORK_MEMORY)
    try:
        book = Book(engine, settings)
        asks: list[Callable[[], object]] = [
            partial(make_index, engine.base, waits=True),
            partial(what_stands_out, engine, settings),
            partial(found_in, engine, settings),
            partial(found_before, engine, settings),
            *(partial(key_reading, book, name) for name in KEY_NUMBERS),
            partial(quarter_readings, book),
            *(partial(book.measure, name, period=LIBRARY_PERIOD) for name in KPIS),
            *(partial(book.measure, n, period=LIBRARY_PERIOD, by=["person"]) for n in OF_A_PERSON),
        ]
        for done, ask in enumerate(asks):
            watch(STEP, done, len(asks))
            ask()
        watch(STEP, len(asks), len(asks))
        engine.keep_answers()
    finally:
        engine.close()


def publish_warm(folder: Path, checked: Checked) -> Manifest:
    """Publish a checked base file, and what was kept of it with it."""
    manifest = publish_checked(folder, checked)
    for what in (ANSWERS, FINDINGS, HELD_UP, NAMES, REPORT, TREND, FORMER):
        with suppress(FileNotFoundError):
            shutil.move(beside(checked.base, what), beside(folder / manifest.base, what))
    return manifest


def what_stands_out(engine: WarmEngine, settings: Settings, most: int = MOST) -> list[Finding]:
    """The most telling findings of a book, as they are kept or else looked for now and kept.

    A generation that only adds a delta to its base shows those that are kept of the base or of a delta before
    it; `looked_at` says of when they are.
    """
    kept = _kept_findings(engine.base, settings)
    found = kept[1] if kept is not None else look_for_findings(engine, settings)
    return most_telling(found, most)


def look_for_findings(engine: WarmEngine, settings: Settings) -> list[Finding]:
    """Every finding of the current generation, looked for now and kept beside its base."""
    manifest = engine.manifest
    book = Book(engine, settings)
    held_up = None if book.facts.history_from is None else held_up_in(book)
    if held_up is not None and not manifest.delta:
        keep_held_up(engine.folder / manifest.base, settings, held_up)
    found = every_finding(book) + what_holds_up(book, held_up)
    told = {
        "made_at": manifest.opened_at.isoformat(),
        "findings": [dataclasses.asdict(f) for f in found],
    }
    with suppress(OSError):  # a book that cannot be written to is read as well
        keep_beside(engine.folder / manifest.base, FINDINGS, _insights_edition(settings), told)
    return found


def looked_at(folder: Path, manifest: Manifest, settings: Settings) -> datetime | None:
    """When the generation was made in which the kept findings were looked for; None where none are kept."""
    kept = _kept_findings(folder / manifest.base, settings)
    return None if kept is None else kept[0]


def is_looked_at(folder: Path, settings: Settings, now: datetime) -> bool:
    """Whether findings are kept of the book in `folder` as it is, or as it was not long ago."""
    manifest = read_manifest_lenient(folder)
    if manifest is None:
        return True
    made_at = looked_at(folder, manifest, settings)
    return made_at is not None and (made_at == manifest.opened_at or now - made_at < LOOK_AGAIN)


def _first_questions(kpi: Kpi) -> Iterator[Question]:
    yield Question(kpi=kpi)
    yield Question(kpi=kpi, answer="rows")
    for converts in (False, True):
        yield Question(kpi=kpi, in_the_past=True, converts=converts)
    if kpi.is_dated:
        yield Question(kpi=kpi, by=("quarter",))
        yield Question(kpi=kpi, by=("month",))
    for split in dict.fromkeys((kpi.default_by, *FIRST_SPLITS)):
        if split in kpi.splits:
            yield Question(kpi=kpi, by=(split,))


def _editions(question: Question) -> Iterator[Question]:
    """The question for books with all of what it is shorter without, with some of it and with none."""
    spared = question.kpi.shorter_without
    for count in range(len(spared) + 1):
        for lacks in combinations(spared, count):
            yield dataclasses.replace(question, lacks=lacks)


def _kept_findings(base: Path, settings: Settings) -> tuple[datetime, list[Finding]] | None:
    """What is kept, and when its generation was made; None where it is of other insights or cannot be read."""
    return kept_beside(base, FINDINGS, _insights_edition(settings), _findings)


def _findings(told: Mapping[str, Any]) -> tuple[datetime, list[Finding]]:
    found = [Finding(**f | {"evidence": tuple(f["evidence"])}) for f in told["findings"]]
    return datetime.fromisoformat(told["made_at"]), found


def _insights_edition(settings: Settings) -> str:
    """Changes with what insights say, with the definitions below them and with the calendar."""
    calendar = settings.calendar.model_dump_json()
    return hashlib.sha256(f"{_code_of_insights()}{calendar}".encode()).hexdigest()


@lru_cache(maxsize=1)
def _code_of_insights() -> str:
    here = Path(__file__).parents[1]
    methods = (
        "discoveries",
        "expected_band",
        "held_equal",
        "percent",
        "period_words",
        "survival",
        "tails",
    )
    said = [here / "jobs" / "held_up.py", *(here / "foundations" / f"{m}.py" for m in methods)]
    return code_of(
        sorted([*(here / "insights").glob("*.py"), *(here / "pipeline").glob("*.py"), *said])
    )


def _answers(told: Iterable[Any]) -> KeptAnswers:
    return {
        (fingerprint, _typed(values)): Rows(tuple(columns), [_typed(row) for row in rows])
        for fingerprint, values, columns, rows in told
    }


def _plain(value: Any) -> Any:
    """A value as JSON, with its type where JSON has none of it."""
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, datetime):
        return {"instant": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"{type(value).__name__} cannot be kept.")


def _typed(value: Any) -> Any:
    """The value again; what is several is a tuple."""
    if isinstance(value, list):
        return tuple(_typed(v) for v in value)
    if isinstance(value, dict):
        ((kind, text),) = value.items()
        return _READ[kind](text)
    return value


_READ: Mapping[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "instant": datetime.fromisoformat,
    "day": date.fromisoformat,
}


if __name__ == "__main__":
    # What is compiled leaves few cycles, and looking for them every few hundred objects takes a seventh of the time.
    gc.set_threshold(100_000, 50, 50)
    warm(Path(sys.argv[1]) if len(sys.argv) > 1 else BUILT)
