"""Bringing files into an office's records: read once, previewed, and then written by a job that survives its worker."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from salesops.actions.enqueue import enqueue
from salesops.actions.import_rows import Counts, go_on, preview_import, start_import
from salesops.book.settings import Settings
from salesops.engines.build import speaks_of
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.importers import Examination, read
from salesops.importers.model import Cancelled
from salesops.importers.room import room
from salesops.jobs.opening import refuse_nothing
from salesops.jobs.progress import Watch, silent
from salesops.jobs.work import Work
from salesops.jobs.workbench import workbench
from salesops.records.import_run import ImportRun
from salesops.records.job import CANCELLED, FAILED, Job
from salesops.records.user import User

IMPORT = "import"
FOLDER = "imports"  # in the office: what was read and is not yet written
ROWS = "rows.duckdb"


@dataclass(frozen=True)
class Arrived:
    """Files that were read and wait to be written: where their rows are, and the instant they speak of."""

    folder: Path
    files: tuple[str, ...]
    seen_at: datetime


def read_files(
    examination: Examination, office: Path, said: Settings, clock: Clock, *, watch: Watch = silent
) -> Arrived:
    """Read every row into a folder of the office. Nothing is written to its records."""
    folder = office / FOLDER / f"{clock():%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
    folder.mkdir(parents=True, mode=0o700)
    try:
        with room(folder), workbench(folder / ROWS) as work:
            read(examination, work, currency=said.currency, progress=watch)
            refuse_nothing(work)
            seen_at = speaks_of(work, said, clock())
            work.execute("CHECKPOINT")
    except BaseException:
        forget(folder)
        raise
    return Arrived(folder, tuple(f.name for f in examination.files), seen_at)


def preview(arrived: Arrived, source: str) -> Mapping[str, Counts]:
    """What writing it would create, change and leave, noun by noun."""
    with workbench(arrived.folder / ROWS, read_only=True) as work:
        return preview_import(work, source)


def write_soon(arrived: Arrived, source: str, actor: User | None, clock: Clock) -> Job:
    """Ask for it to be written. From here on it is written whole, whoever is killed on the way."""
    with transaction.atomic():
        run = start_import(actor, source, list(arrived.files), arrived.seen_at, clock)
        return enqueue(
            actor,
            IMPORT,
            {"run": run.pk, "folder": arrived.folder.name},
            clock,
            lock_key=lock_of(run.pk),
        )


def write_import(work: Work) -> dict[str, Any]:
    """The job: write what was read, from where it was left."""
    run = ImportRun.objects.get(pk=work.arguments["run"])
    folder = Path(settings.SALESOPS_OFFICE) / FOLDER / work.arguments["folder"]
    if run.state == "applying":
        if not (folder / ROWS).exists():
            raise Refusal("What was read of these files is no longer there. Import them again.")
        try:
            with workbench(folder / ROWS, read_only=True) as rows:
                run = go_on(run, rows, work.clock, work)
        except Cancelled:
            ImportRun.objects.filter(pk=run.pk, state="applying").update(
                state="cancelled", ended_at=work.clock()
            )
            forget(folder)
            raise
    with work.effect():
        work.finish({"run": run.pk, "counts": run.counts})
    forget(folder)
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
            forget(Path(settings.SALESOPS_OFFICE) / FOLDER / job.arguments["folder"])


def forget(folder: Path) -> None:
    """Remove what was read."""
    shutil.rmtree(folder, ignore_errors=True)
