"""Bringing files into an office's records: read once, previewed, and then written by a job that survives its worker."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
from django.conf import settings
from django.db import transaction

from salesops.actions.enqueue import enqueue
from salesops.actions.import_rows import Counts, go_on, key_prefix, preview_import, start_import
from salesops.actions.take_fields import Filled, define_missing, filled_by
from salesops.actions.undo_import import UNDONE_WITHIN
from salesops.book.settings import Settings
from salesops.engines.build import speaks_of
from salesops.engines.literals import literal
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.importers import Examination, read
from salesops.importers.implied_stages import note_implied_stages
from salesops.importers.model import Cancelled
from salesops.importers.room import room
from salesops.jobs.finding_duplicates import Resembling, resembling
from salesops.jobs.opening import refuse_nothing
from salesops.jobs.progress import Watch, silent
from salesops.jobs.values_of_files import (
    Asked,
    Said,
    both,
    give_values,
    know_stage_keys,
    know_stages,
    remembered_values,
)
from salesops.jobs.work import Work, until_there_is_room
from salesops.jobs.workbench import workbench
from salesops.records.folder import ARRIVING, BOOK
from salesops.records.import_run import ImportRun
from salesops.records.job import CANCELLED, FAILED, RUNNING, WAITING, Job
from salesops.records.models import NOUNS
from salesops.records.people_named import know_people
from salesops.records.user import User

NOTHING_SAID: Said = MappingProxyType({})
IMPORT = "import"
FOLDER = (
    "imports"  # in the office: what was read and is not yet written, and what was wrong with it
)
ROWS = "rows.duckdb"
PROBLEMS = "problems.duckdb"
_OF_PROBLEMS = ("_problem", "_problem_count", "_refused_row")


@dataclass(frozen=True)
class Arrived:
    """Files that were read and wait to be written: where their rows are, and the instant they speak of.

    `refused` says of each noun how many rows were left out; `to_mend` how many are kept to be mended.
    """

    folder: Path
    files: tuple[str, ...]
    seen_at: datetime
    refused: Mapping[str, int] = field(default_factory=dict)
    to_mend: int = 0
    fields: tuple[Filled, ...] = ()  # of the company's own, which the rows fill
    values: tuple[Asked, ...] = ()  # that are new here, or were given others


def read_files(
    examination: Examination,
    office: Path,
    said: Settings,
    clock: Clock,
    *,
    source: str = "",
    values: Said = NOTHING_SAID,
    watch: Watch = silent,
) -> Arrived:
    """Read every row into a folder of the office, with people, stages and choices as the office calls them. Nothing is
    written to its records.

    `source` is the system the files come from; `values` is what was said of its values, over what was said before.
    """
    folder = office / ARRIVING / f"{clock():%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
    folder.parent.mkdir(exist_ok=True, mode=0o700)
    folder.mkdir(mode=0o700)
    try:
        with room(folder), workbench(folder / ROWS) as work:
            read(examination, work, currency=said.currency, progress=watch)
            refuse_nothing(work)
            know_people(work, examination, key_prefix(source))
            said_of_values = both(remembered_values(office / BOOK, source), values)
            asked = give_values(work, said_of_values)
            know_stages(work)
            note_implied_stages(work, examination)
            know_stage_keys(work, key_prefix(source))
            seen_at = speaks_of(work, said, clock())
            refused, to_mend = _keep_problems(work, folder / PROBLEMS, examination)
            work.execute("CHECKPOINT")
    except BaseException:
        forget(folder)
        raise
    files = tuple(f.name for f in examination.files)
    fields = tuple(filled_by(examination))
    return Arrived(folder, files, seen_at, refused, to_mend, fields, tuple(asked))


def preview(arrived: Arrived, source: str) -> Mapping[str, Counts]:
    """What writing it would create, change and leave, noun by noun."""
    with workbench(arrived.folder / ROWS, read_only=True) as work:
        return preview_import(work, source)


def look_alikes(arrived: Arrived, source: str) -> Mapping[str, list[Resembling]]:
    """Which of the new rows look like records there are under another key, noun by noun, the surest first."""
    with workbench(arrived.folder / ROWS, read_only=True) as work:
        return resembling(work, key_prefix(source))


def write_soon(arrived: Arrived, source: str, actor: User | None, clock: Clock) -> Job:
    """Ask for it to be written. From here on it is written whole, whoever is killed on the way."""
    with transaction.atomic():
        if arrived.fields:
            with workbench(arrived.folder / ROWS, read_only=True) as work:
                define_missing(actor, arrived.fields, work, clock)
        run = start_import(actor, source, list(arrived.files), arrived.seen_at, clock)
        run.folder, run.refused, run.to_mend = (
            arrived.folder.name,
            dict(arrived.refused),
            arrived.to_mend,
        )
        run.save()
        job = enqueue(
            actor,
            IMPORT,
            {"run": run.pk, "folder": run.folder},
            clock,
            lock_key=lock_of(run.pk),
        )
        # Last: nobody can find the job before the end of the transaction, and by then its rows are there.
        kept = folder_of(run.folder)
        if arrived.folder != kept:
            kept.parent.mkdir(exist_ok=True, mode=0o700)
            arrived.folder.rename(kept)
    return job


def write_import(work: Work) -> dict[str, Any]:
    """The job: write what was read, from where it was left."""
    run = ImportRun.objects.get(pk=work.arguments["run"])
    folder = folder_of(work.arguments["folder"])
    if run.state == "applying":
        if not (folder / ROWS).exists():
            raise Refusal("What was read of these files is no longer there. Import them again.")
        try:
            with until_there_is_room(), workbench(folder / ROWS, read_only=True) as rows:
                run = go_on(run, rows, work.clock, work)
        except Cancelled:
            ImportRun.objects.filter(pk=run.pk, state="applying").update(
                state="cancelled", ended_at=work.clock()
            )
            let_go(folder)
            raise
    with work.effect():
        work.finish({"run": run.pk, "counts": run.counts})
    let_go(folder)
    forget_old(work.clock)
    return {}


def lock_of(run: int) -> str:
    """What jobs on one import hold, so that one runs at a time."""
    return f"{IMPORT} {run}"


def end_abandoned(clock: Clock) -> None:
    """Imports whose job was stopped before it began, or gave up, are written no more; what is in can be undone."""
    for run in ImportRun.objects.filter(state="applying"):
        job = Job.objects.filter(kind=IMPORT, lock_key=lock_of(run.pk)).order_by("pk").last()
        if job is not None and job.state in (CANCELLED, FAILED):
            ImportRun.objects.filter(pk=run.pk, state="applying").update(
                state="cancelled", ended_at=job.ended_at or clock()
            )
            let_go(folder_of(job.arguments["folder"]))


def folder_of(name: str) -> Path:
    """Where what was read of an import is, or what was wrong with it."""
    return Path(settings.SALESOPS_OFFICE) / FOLDER / name


def problems_of(run: ImportRun) -> Path | None:
    """The file that tells what was wrong with an import's files; None where nothing was, or it is kept no more."""
    file = folder_of(run.folder) / PROBLEMS
    return file if run.folder and file.exists() else None


def let_go(folder: Path) -> None:
    """Remove the rows that were read; what was wrong with them stays for as long as the import can be undone."""
    (folder / ROWS).unlink(missing_ok=True)
    shutil.rmtree(folder / "spill", ignore_errors=True)
    if not (folder / PROBLEMS).exists():
        forget(folder)


def forget_old(clock: Clock) -> None:
    """Remove what is kept of imports that can be undone no more, and what was read for none by who then died."""
    old = ImportRun.objects.filter(started_at__lt=clock() - UNDONE_WITHIN).exclude(folder="")
    for run in old.exclude(state__in=("applying", "undoing")):
        forget(folder_of(run.folder))
        ImportRun.objects.filter(pk=run.pk).update(folder="")
    named = set(ImportRun.objects.exclude(folder="").values_list("folder", flat=True))
    asked = Job.objects.filter(kind=IMPORT, state__in=(WAITING, RUNNING))
    named |= {job.arguments["folder"] for job in asked}
    yesterday = f"{clock() - timedelta(days=1):%Y%m%d-%H%M%S}"
    for path in (Path(settings.SALESOPS_OFFICE) / FOLDER).glob("*"):
        if path.name not in named and path.name < yesterday:
            forget(path)


def forget(folder: Path) -> None:
    """Remove what was read."""
    shutil.rmtree(folder, ignore_errors=True)


def _keep_problems(
    work: duckdb.DuckDBPyConnection, file: Path, examination: Examination
) -> tuple[dict[str, int], int]:
    """Keep what is wrong apart from the rows. Returns how many rows are left out by noun, and how many are to mend."""
    if not _one(work, "SELECT count(*) FROM _problem_count"):
        return {}, 0
    work.execute(f"ATTACH {literal(str(file))} AS kept")
    for name in _OF_PROBLEMS:
        work.execute(f"CREATE TABLE kept.{name} AS SELECT * FROM {name}")
    work.execute("DETACH kept")
    holds = {f.name: f.table or "" for f in examination.files}
    refused: dict[str, int] = {}
    for name, noun, rows in work.execute(
        "SELECT file, table_name, sum(rows) FROM _problem_count "
        "WHERE severity = 'refused' AND code <> 'file_left_out' GROUP BY 1, 2"
    ).fetchall():
        known = next((n for n in (noun, holds.get(name, "")) if n in NOUNS), "")
        refused[known] = refused.get(known, 0) + int(rows)
    return refused, _one(work, "SELECT count(*) FROM _refused_row")


def _one(work: duckdb.DuckDBPyConnection, sql: str) -> int:
    found = work.execute(sql).fetchone()
    return int(found[0]) if found else 0
