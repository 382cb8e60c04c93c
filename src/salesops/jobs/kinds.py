"""Which work the office's workers know: the name a job has, and the function that does it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from salesops.actions.change_process import MEASURE_CHANGE, ask_to_measure
from salesops.actions.change_settings import APPLY_SETTINGS
from salesops.actions.edit_in_bulk import EDIT_MANY, UNDO_MANY
from salesops.actions.enqueue import enqueue
from salesops.actions.erase_person import LOOK_FOR_PERSON
from salesops.actions.mailing import MAIL_NOTICES, MAIL_WEEKLY
from salesops.actions.move_person import MOVE_DUE
from salesops.actions.prepare_export import EXPORT
from salesops.book.settings import load_settings
from salesops.engines.folder import read_manifest_lenient
from salesops.engines.names import make_index
from salesops.foundations.clock import Clock
from salesops.jobs.applying_settings import apply_settings
from salesops.jobs.arriving import COUNT_IMPORT, LOOK_AT_FILES, count_import, look_at_files
from salesops.jobs.backup import back_up
from salesops.jobs.editing import edit_many, undo_many
from salesops.jobs.erasing import erase_whole
from salesops.jobs.erasing import look as look_for_person
from salesops.jobs.exporting import export
from salesops.jobs.finding_duplicates import FIND_DUPLICATES, find_duplicates, is_search_due
from salesops.jobs.following import follow as follow_records
from salesops.jobs.following import is_followed
from salesops.jobs.importing import IMPORT, write_import
from salesops.jobs.mailing import SENDING
from salesops.jobs.measuring_changes import due_change, measure_change
from salesops.jobs.moving import move_due
from salesops.jobs.queue import forget_done
from salesops.jobs.undoing_import import (
    PREVIEW_UNDO,
    UNDO_IMPORT,
    preview_undoing,
    undo_import,
)
from salesops.jobs.warming import WarmEngine, is_looked_at, look_at, look_for_findings
from salesops.jobs.weekly import PLAN_WEEKLY, plan_weekly
from salesops.jobs.work import Work
from salesops.jobs.workbench import WORK_MEMORY
from salesops.jobs.worker import Kind
from salesops.records.folder import BACKUPS, BOOK
from salesops.records.job import FAILED, RUNNING, WAITING, Job
from salesops.records.sealing import ERASE
from salesops.records.seen import BACKUP, note_taken

MOST_BACKUPS = 14
FOLLOW = "follow"
LOOK = "look"
AFTER_A_FAILURE = timedelta(minutes=1)
BY_ITSELF = (
    FOLLOW,
    LOOK,
    FIND_DUPLICATES,
    MAIL_WEEKLY,
    MAIL_NOTICES,
)  # what a worker does unasked, again and again


def backup(work: Work) -> dict[str, object]:
    """Back the office up into its folder of backups, and remove those older than the last `keep`."""
    office = Path(settings.SALESOPS_OFFICE)
    folder = office / BACKUPS
    folder.mkdir(mode=0o700, exist_ok=True)
    file = folder / f"{work.clock():%Y-%m-%d-%H%M%S}-{work.job.pk}.zip"
    note_taken(work.job.asked_by, BACKUP, str(file), work.clock(), door="system")
    manifest = back_up(office, file, work.clock, watch=work)
    for old in sorted(folder.glob("*.zip"))[: -max(1, work.arguments.get("keep", MOST_BACKUPS))]:
        old.unlink()
    return {"file": str(file), "rows": sum(t.rows for t in manifest.tables.values())}


def follow(work: Work) -> dict[str, object]:
    """Have the book say what the records say; nothing where it does already."""
    folder = Path(settings.SALESOPS_OFFICE) / BOOK
    if is_followed(folder):
        return {}
    published = follow_records(folder, work.clock, watch=work)
    # Readers need not wait for it: until it is there, names are found in the index of the generation before.
    make_index(folder / published.newest)
    return {"generation": published.generation}


def look(work: Work) -> dict[str, object]:
    """Work out what home shows of a book that was made anew; of one that only grew, what stands out in it."""
    folder = Path(settings.SALESOPS_OFFICE) / BOOK
    manifest = read_manifest_lenient(folder)
    if manifest is None:
        return {}
    said = load_settings(folder)
    if not manifest.delta:
        look_at(folder, said, watch=work)
        return {"generation": manifest.generation}
    engine = WarmEngine(folder, memory_limit=WORK_MEMORY)
    try:
        return {"found": len(look_for_findings(engine, said))}
    finally:
        engine.close()


def follow_soon(clock: Clock) -> None:
    """Have the book follow where it is behind, be looked at where that was long ago, or searched for duplicates, or a
    change measured whose days are over, unless somebody asked."""
    folder = Path(settings.SALESOPS_OFFICE) / BOOK
    if not is_followed(folder):
        _ask(FOLLOW, clock)
    elif not is_looked_at(folder, load_settings(folder), clock()):
        _ask(LOOK, clock)
    elif is_search_due(clock()):
        _ask(FIND_DUPLICATES, clock)
    elif (due := due_change(folder, clock())) is not None:
        ask_to_measure(None, due.pk, clock)


def _ask(kind: str, clock: Clock) -> None:
    asked = Job.objects.filter(kind=kind)
    failed = asked.filter(state=FAILED, ended_at__gt=clock() - AFTER_A_FAILURE)
    if not asked.filter(state__in=(WAITING, RUNNING)).exists() and not failed.exists():
        forget_done(kind, clock())
        enqueue(None, kind, {}, clock, lock_key=kind, most_attempts=1)


KINDS: Mapping[str, Kind] = {
    "backup": backup,
    FOLLOW: follow,
    LOOK: look,
    FIND_DUPLICATES: find_duplicates,
    MEASURE_CHANGE: measure_change,
    IMPORT: write_import,
    UNDO_IMPORT: undo_import,
    LOOK_AT_FILES: look_at_files,
    COUNT_IMPORT: count_import,
    PREVIEW_UNDO: preview_undoing,
    EXPORT: export,
    EDIT_MANY: edit_many,
    MOVE_DUE: move_due,
    UNDO_MANY: undo_many,
    ERASE: erase_whole,
    APPLY_SETTINGS: apply_settings,
    LOOK_FOR_PERSON: look_for_person,
    PLAN_WEEKLY: plan_weekly,
    **SENDING,
}
