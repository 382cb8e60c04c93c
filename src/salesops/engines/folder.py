"""The book on disk: immutable generations, named by a manifest that is replaced in one step.

A folder holds `base-N.duckdb`, perhaps `delta-N.duckdb` with what changed since, `MANIFEST.json` naming the
current ones, `LOCK` for the one writer, and what people decided (`settings.json`, `answers.json`). No file is
written any more once a manifest names it.
"""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from salesops.book.custom import CustomColumn
from salesops.book.engine import BookFacts, StageTurn
from salesops.book.quota_version import QuotasSeen
from salesops.book.settings import write_whole
from salesops.foundations.problem import Refusal

_NAME = re.compile(r"(base|delta)-(\d+)\.duckdb")
LAYOUT = 7  # of the base file; a book of another layout is opened again from its files


class FileOpened(BaseModel):
    """One file the book was made from."""

    name: str
    table: str | None
    rows: int
    recognised_as: str = ""
    why: str = ""


class Follows(BaseModel):
    """How far into an office's records a base reaches, what made it and when, and the day open deals are valued on."""

    mark: str  # in the words of `records.watermark`
    made_by: str
    made_at: datetime
    valued_at: datetime


class Manifest(BaseModel):
    """Which files are current and what is in them.

    A `delta` holds what changed in the records of an office after its base was made.
    """

    layout: int = LAYOUT
    generation: int
    base: str
    delta: str = ""
    follows: Follows | None = None  # for the book of an office
    opened_at: datetime
    data_as_of: datetime
    history_from: datetime | None
    currency: str
    files_name_currency: bool
    rows: dict[str, int]
    won_minor: int
    files: list[FileOpened]
    zone: str = "UTC"
    alike_currencies: bool = False  # whether all money has the reporting currency's decimal places
    filled: list[str]  # `table.column` of those that numbers need and that hold a value
    custom: tuple[CustomColumn, ...] = ()  # what the company added to the tables
    turns: tuple[StageTurn, ...] = ()  # when stages came to mean something else
    quotas_seen: tuple[QuotasSeen, ...] = ()  # of which nothing tells what they were before

    @property
    def newest(self) -> str:
        """The file that is of this generation alone."""
        return self.delta or self.base

    @property
    def facts(self) -> BookFacts:
        """What the book knows of itself, whichever engine answers from it."""
        return BookFacts(
            generation=self.generation,
            data_as_of=self.data_as_of,
            history_from=self.history_from,
            currency=self.currency,
            currencies=self.rows.get("exchange_rate", 0) > 0,
            alike_currencies=self.alike_currencies,
            filled=frozenset(self.filled),
            custom=self.custom,
            turns=self.turns,
            quotas_seen=self.quotas_seen,
        )


MANIFEST = "MANIFEST.json"


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of the book in `folder`, or None where there is no book yet."""
    file = folder / MANIFEST
    try:
        manifest = Manifest.model_validate_json(file.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise Refusal(
            f"{file} is not a manifest this program can read. Open the files again into a new folder."
        ) from error
    if manifest.layout != LAYOUT:
        raise Refusal(
            f"The book in {folder} was made by another version of salesops. "
            "Open its files again; settings and answers are kept."
        )
    return manifest


@contextmanager
def one_writer(folder: Path) -> Iterator[None]:
    """Hold the book's lock. Refuses at once when somebody else is writing."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "LOCK").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(
                f"Another import is writing to the book in {folder}. Wait for it to end, or cancel it."
            ) from None
        try:
            yield
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)


def next_generation(folder: Path) -> int:
    """The number the next generation gets."""
    return _current(folder) + 1


def read_manifest_lenient(folder: Path) -> Manifest | None:
    """As `read_manifest`, but None where it cannot be read."""
    try:
        return read_manifest(folder)
    except Refusal:
        return None


def publish(folder: Path, manifest: Manifest) -> None:
    """Make `manifest` the current one, durably, and remove files nobody needs any more.

    Those of the former generation stay until the one after next, for readers that are still in it and for
    the account of what changed.
    """
    former = read_manifest_lenient(folder)
    needed = {name for m in (former, manifest) if m for name in (m.base, m.delta)}
    for name in filter(None, (manifest.base, manifest.delta)):
        _sync(folder / name)
    _sync(folder)
    write_whole(folder / MANIFEST, manifest.model_dump_json(indent=2))
    _sync(folder)
    for number, owner, path in _files(folder):
        if number < manifest.generation and owner not in needed:
            _remove(path)


def forget_former(folder: Path) -> None:
    """Remove every generation but the current one. Who reads a former one goes on reading what is open."""
    with one_writer(folder):
        manifest = read_manifest_lenient(folder)
        if manifest is None:
            return
        needed = {manifest.base, manifest.delta}
        for number, owner, path in _files(folder):
            if number <= manifest.generation and owner not in needed:
                _remove(path)


def clear_unfinished(folder: Path) -> None:
    """Remove what a killed writer left. Only for the holder of the lock."""
    current = _current(folder)
    for number, _, path in _files(folder):
        if number > current:
            _remove(path)


def _current(folder: Path) -> int:
    """The generation a manifest names, also one of another layout, whose files are somebody's book too.

    Where not even that can be read, the highest that is there: nothing may be taken for unfinished.
    """
    try:
        named = json.loads((folder / MANIFEST).read_text("utf-8"))["generation"]
    except FileNotFoundError:
        return 0
    except (ValueError, KeyError, TypeError):
        named = None
    if isinstance(named, int):
        return named
    return max((number for number, _, _ in _files(folder)), default=0)


def _files(folder: Path) -> list[tuple[int, str, Path]]:
    """What belongs to generations: a number, the file that has it, and that or what stands beside it.

    Beside one stand its log, what was kept of it, and a folder it spills to.
    """
    found = ((_NAME.match(path.name), path) for path in folder.glob("*.duckdb*"))
    return [(int(match[2]), match[0], path) for match, path in found if match]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
