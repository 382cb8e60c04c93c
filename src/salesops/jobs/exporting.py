"""Large exports: a file made by a worker, kept for a day for whoever asked, and then removed.

Each try writes into a folder of its own. Only the end of the job names that folder, so that nobody is handed a file that
was half-written; what a killed worker left is removed by the next that looks.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.module_loading import import_string

from salesops.actions.prepare_export import EXPORT, KEPT_FOR
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.foundations.whole_number import whole_number
from salesops.importers.room import is_full
from salesops.jobs.progress import Watch
from salesops.jobs.work import Work
from salesops.records.folder import EXPORTS
from salesops.records.job import DONE, RUNNING, Job
from salesops.records.reach import reach
from salesops.records.user import User


class Written(NamedTuple):
    """A file that was written, and how many rows it holds."""

    file: Path
    rows: int


Write = Callable[[User, str, Path, Watch], Written]


@dataclass(frozen=True)
class Prepared:
    """A file that waits for who asked for it, called `name` there, until it is removed."""

    file: Path
    name: str
    rows: int
    size: int
    until: datetime


def export(work: Work) -> dict[str, Any]:
    """The job: what the page at the address shows who asked, as a file that is kept for them."""
    forget_old_exports(work.clock)
    asker = work.job.asked_by
    if asker is None or not asker.is_active:
        raise Refusal("Who asked for this file may sign in no more.")
    folder = _place() / f"{_try_of(work.job)}{secrets.token_hex(8)}"
    write: Write = import_string(settings.SALESOPS_WRITE_EXPORT)
    try:
        _place().mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700)
        seen = reach(asker).fingerprint
        written = write(asker, work.arguments["address"], folder, work)
        with written.file.open("rb") as held:
            os.fsync(held.fileno())  # it is told as done only when it is on the disk
        with work.effect():
            work.finish(
                {
                    "folder": folder.name,
                    "file": written.file.name,
                    "rows": written.rows,
                    "size": written.file.stat().st_size,
                    "seen": seen,
                    "until": (work.clock() + KEPT_FOR).isoformat(),
                }
            )
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        if is_full(error):
            raise Refusal(
                "The disk that holds the office is full, so the file could not be written. "
                "Ask who keeps the office to make room, then export again."
            ) from error
        raise
    return {}


def prepared(job: Job, now: datetime) -> Prepared | None:
    """The file that came of a job; None where there is none, or none any more."""
    told = job.result
    if job.kind != EXPORT or job.state != DONE or not told:
        return None
    until = datetime.fromisoformat(told["until"])
    file = _place() / told["folder"] / told["file"]
    if now >= until or not file.exists() or file.stat().st_size != told["size"]:
        return None
    return Prepared(file, job.arguments["name"], told["rows"], told["size"], until)


def may_fetch(actor: User, job: Job) -> bool:
    """Nobody but who asked, as long as what they may see is what it was when the file was made."""
    return job.asked_by_id == actor.pk and reach(actor).fingerprint == (job.result or {}).get(
        "seen"
    )


def waiting_for(user: User, now: datetime) -> list[Job]:
    """The exports whose file waits for this person, who has not fetched it yet; the newest first."""
    mine = Job.objects.filter(kind=EXPORT, asked_by=user, state=DONE, ended_at__gt=now - KEPT_FOR)
    return [job for job in mine.order_by("-pk") if "fetched" not in job.kept and prepared(job, now)]


def forget_old_exports(clock: Clock) -> None:
    """Remove what was kept long enough, and what a worker left that was killed or lost the job."""
    folders = {path: whole_number(path.name.partition("-")[0]) for path in _place().glob("*")}
    if not folders:
        return
    jobs = Job.objects.filter(kind=EXPORT).in_bulk([key for key in folders.values() if key])
    for path, key in folders.items():
        if not _is_needed(path.name, jobs.get(key or 0), clock()):
            shutil.rmtree(path, ignore_errors=True)


def forget_every_export() -> None:
    """Remove all of them, those that are being written too: somebody was erased who may stand in them."""
    shutil.rmtree(_place(), ignore_errors=True)


def _is_needed(name: str, job: Job | None, now: datetime) -> bool:
    if job is None:
        return False
    if job.state == RUNNING:
        return name.startswith(_try_of(job))
    found = prepared(job, now)
    return found is not None and found.file.parent.name == name


def _try_of(job: Job) -> str:
    """How the name of the folder begins that a try of the job writes into."""
    return f"{job.pk}-{job.claim}-"


def _place() -> Path:
    return Path(settings.SALESOPS_OFFICE) / EXPORTS
