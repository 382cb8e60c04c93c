"""Which work the office's workers know: the name a job has, and the function that does it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from salesops.actions.edit_in_bulk import EDIT_MANY, UNDO_MANY
from salesops.actions.enqueue import enqueue
from salesops.foundations.clock import Clock
from salesops.jobs.backup import back_up
from salesops.jobs.editing import edit_many, undo_many
from salesops.jobs.following import follow as follow_records
from salesops.jobs.following import is_followed
from salesops.jobs.importing import IMPORT, write_import
from salesops.jobs.undoing_import import UNDO_IMPORT, undo_import
from salesops.jobs.work import Work
from salesops.jobs.worker import Kind
from salesops.records.folder import BACKUPS, BOOK
from salesops.records.job import FAILED, RUNNING, WAITING, Job

MOST_BACKUPS = 14
FOLLOW = "follow"
AFTER_A_FAILURE = timedelta(minutes=1)


def backup(work: Work) -> dict[str, object]:
    """Back the office up into its folder of backups, and remove those older than the last `keep`."""
    office = Path(settings.SALESOPS_OFFICE)
    folder = office / BACKUPS
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{work.clock():%Y-%m-%d-%H%M%S}-{work.job.pk}.zip"
    manifest = back_up(office, file, work.clock, watch=work)
    for old in sorted(folder.glob("*.zip"))[: -max(1, work.arguments.get("keep", MOST_BACKUPS))]:
        old.unlink()
    return {"file": str(file), "rows": sum(t.rows for t in manifest.tables.values())}


def follow(work: Work) -> dict[str, object]:
    """Have the book say what the records say; nothing where it does already."""
    folder = Path(settings.SALESOPS_OFFICE) / BOOK
    if is_followed(folder):
        return {}
    return {"generation": follow_records(folder, work.clock, watch=work).generation}


def follow_soon(clock: Clock) -> None:
    """Ask for the book to be made anew where it is behind and nobody has asked yet."""
    if is_followed(Path(settings.SALESOPS_OFFICE) / BOOK):
        return
    asked = Job.objects.filter(kind=FOLLOW)
    failed = asked.filter(state=FAILED, ended_at__gt=clock() - AFTER_A_FAILURE)
    if not asked.filter(state__in=(WAITING, RUNNING)).exists() and not failed.exists():
        enqueue(None, FOLLOW, {}, clock, lock_key=FOLLOW, most_attempts=1)


KINDS: Mapping[str, Kind] = {
    "backup": backup,
    FOLLOW: follow,
    IMPORT: write_import,
    UNDO_IMPORT: undo_import,
    EDIT_MANY: edit_many,
    UNDO_MANY: undo_many,
}
