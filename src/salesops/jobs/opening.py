"""Opening files into a book: examine, check, publish; only the last step changes what readers see."""

from __future__ import annotations

import fcntl
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from salesops.book.settings import Settings, load_settings, read_json, write_whole
from salesops.engines.build import Built, build
from salesops.engines.changes import add_changes
from salesops.engines.folder import (
    FileOpened,
    Manifest,
    clear_unfinished,
    next_generation,
    one_writer,
    publish,
    read_manifest_lenient,
)
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.importers import Answers, Examination, Limits, examine, read
from salesops.importers.room import room
from salesops.jobs.progress import Watch, silent
from salesops.jobs.workbench import workbench

ANSWERS = "answers.json"
IN_USE = "IN_USE"


@dataclass(frozen=True)
class Checked:
    """A base file that is finished and not yet published, and the manifest it would get."""

    base: Path
    manifest: Manifest


def remembered(folder: Path) -> Answers:
    """What people said about files like these before, in this book; nothing where it cannot be read."""
    try:
        return Answers.model_validate(read_json(folder / ANSWERS))
    except ValueError:
        return Answers()


def remember(folder: Path, answers: Answers) -> None:
    """Keep what people said, for the next files."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / ANSWERS, answers.model_dump_json(indent=2))


def examine_files(
    paths: Sequence[Path],
    work: Path,
    answers: Answers,
    *,
    limits: Limits | None = None,
    watch: Watch = silent,
) -> Examination:
    """What each file is, which column is what, and what must be asked."""
    work.mkdir(parents=True, exist_ok=True)
    return examine(paths, work, answers=answers, limits=limits or Limits(), progress=watch)


def check_files(
    examination: Examination, work: Path, settings: Settings, clock: Clock, *, watch: Watch = silent
) -> Checked:
    """Read everything and build the base file in `work`; the book is not touched."""
    work.mkdir(parents=True, exist_ok=True)
    now = clock()
    store = work / "work.duckdb"
    store.unlink(missing_ok=True)
    base = work / "base.duckdb"
    with room(work):
        connection = workbench(store)
        try:
            # What is only on its way to the book is written and read once or twice: packing takes longer.
            connection.execute("PRAGMA force_compression = 'uncompressed'")
            connection.execute("PRAGMA disable_checkpoint_on_shutdown")  # the file goes at once
            read(examination, connection, currency=settings.currency, progress=watch)
            refuse_nothing(connection)
            built = build(connection, base, settings, now, watch)
        finally:
            connection.close()
            store.unlink(missing_ok=True)
            shutil.rmtree(work / "spill", ignore_errors=True)
    files = [
        FileOpened(
            name=f.name, table=f.table, rows=f.rows, recognised_as=f.recognised_as, why=f.why
        )
        for f in examination.files
    ]
    manifest = manifest_of(built, files, settings, clock)
    write_whole(work / "manifest.json", manifest.model_dump_json())
    return Checked(base, manifest)


def publish_checked(folder: Path, checked: Checked, *, compares: bool = True) -> Manifest:
    """Make a checked base file the book's next generation, in one step; it tells what changed where it `compares`."""
    with one_writer(folder), room(folder):
        clear_unfinished(folder)
        former = read_manifest_lenient(folder)
        number = next_generation(folder)
        add_changes(checked.base, folder / former.base if former and compares else None)
        name = f"base-{number}.duckdb"
        shutil.move(checked.base, folder / name)
        manifest = checked.manifest.model_copy(update={"generation": number, "base": name})
        publish(folder, manifest)
    return manifest


def publish_delta(folder: Path, delta: Path, manifest: Manifest) -> Manifest:
    """Make a finished delta of the current base the book's next generation, in one step.

    Raises Refusal where another base was published in the meantime.
    """
    with one_writer(folder), room(folder):
        clear_unfinished(folder)
        former = read_manifest_lenient(folder)
        if former is None or former.base != manifest.base:
            raise Refusal(
                "The book was made anew in the meantime; what changed is added next time."
            )
        number = next_generation(folder)
        name = f"delta-{number}.duckdb"
        shutil.move(delta, folder / name)
        published = manifest.model_copy(update={"generation": number, "delta": name})
        publish(folder, published)
    return published


def load_checked(work: Path) -> Checked:
    """What `check_files` left in `work`, for the process that publishes it."""
    base, manifest = work / "base.duckdb", work / "manifest.json"
    if not base.exists() or not manifest.exists():
        raise Refusal("These files were not checked yet, or are in the book already.")
    return Checked(base, Manifest.model_validate(json.loads(manifest.read_text("utf-8"))))


def open_files(
    paths: Sequence[Path],
    folder: Path,
    clock: Clock,
    *,
    answers: Answers | None = None,
    watch: Watch = silent,
) -> Manifest:
    """Examine, check and publish in one go."""
    said = answers or remembered(folder)
    with one_writer(folder):
        pass  # told now, and not after minutes of reading, when somebody else is writing
    with working_folder(folder) as work:
        examination = examine_files(paths, work, said, watch=watch)
        checked = check_files(examination, work, load_settings(folder), clock, watch=watch)
        manifest = publish_checked(folder, checked)
    remember(folder, said)
    return manifest


@contextmanager
def working_folder(folder: Path) -> Iterator[Path]:
    """A folder of one's own inside the book's, gone afterwards; what killed work left is cleared first."""
    parent = folder / "work"
    parent.mkdir(parents=True, exist_ok=True)
    _clear_abandoned(parent)
    work = Path(tempfile.mkdtemp(dir=parent))
    with (work / IN_USE).open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)
            with suppress(OSError):
                parent.rmdir()


def _clear_abandoned(parent: Path) -> None:
    """The system lets go of a dead process's lock, so a mark that can be locked is nobody's."""
    for work in parent.iterdir():
        try:
            with (work / IN_USE).open() as mark:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(work, ignore_errors=True)
        except OSError:
            continue


def manifest_of(
    built: Built, files: list[FileOpened], settings: Settings, clock: Clock
) -> Manifest:
    """What a finished base file says of itself; it has no number before it is published."""
    return Manifest(
        generation=0,
        base="",
        opened_at=clock(),
        data_as_of=built.data_as_of,
        history_from=built.history_from,
        currency=built.currency,
        files_name_currency=built.files_name_currency,
        alike_currencies=built.alike_currencies,
        rows=built.rows,
        won_minor=built.won_minor,
        filled=built.filled,
        files=files,
        zone=settings.calendar.time_zone,
        custom=settings.custom,
        turns=built.turns,
        quotas_seen=built.quotas_seen,
    )


def refuse_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse files of which not one row could be read."""
    for table in ("opportunity", "account", "lead", "activity", "quota", "person", "product"):
        if connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
            return
    raise Refusal(
        "None of the rows could be read, so there is nothing to show. "
        "Look at what each file was taken for and which columns were matched."
    )
