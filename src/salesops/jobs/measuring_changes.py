"""Measuring what changes of the process did: when somebody asks, and by itself once their planned days are over."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef

from salesops.actions.change_process import keep_reading, measuring, plan_of
from salesops.book.book import Book
from salesops.book.settings import load_settings
from salesops.engines.folder import read_manifest_lenient
from salesops.experiments import look_after, look_before
from salesops.foundations.problem import Refusal
from salesops.jobs.warming import WarmEngine
from salesops.jobs.work import Work
from salesops.records.folder import BOOK
from salesops.records.job import FAILED, Job
from salesops.records.models import EffectReading, ProcessChange
from salesops.records.process_change import AFTER

AFTER_A_FAILURE = timedelta(days=1)


def measure_change(work: Work) -> dict[str, Any]:
    """The job: read what a change did, or before it begins what could be found, and keep the reading."""
    folder = Path(settings.SALESOPS_OFFICE) / BOOK
    change = ProcessChange.objects.filter(pk=work.arguments["change"], deleted_at=None).first()
    if change is None:
        raise Refusal("This change is not there any more.")
    if read_manifest_lenient(folder) is None:
        raise Refusal("There are no records to measure it by yet.")
    engine = WarmEngine(folder)
    try:
        book = Book(engine.steady(), load_settings(folder))
        look = look_before if book.today < change.starts_on else look_after
        found = look(book, plan_of(change), work)
    finally:
        engine.close()
    with work.effect():
        kept = keep_reading(work.job.asked_by, change, found, work.clock)
        work.finish({"reading": kept.pk})
    return {"reading": kept.pk}


def last_day_known(folder: Path) -> date | None:
    """The day the book speaks of; None where there is none."""
    manifest = read_manifest_lenient(folder)
    if manifest is None:
        return None
    return manifest.data_as_of.astimezone(ZoneInfo(manifest.zone or "UTC")).date()


def due_change(folder: Path, now: datetime) -> ProcessChange | None:
    """One whose days are over in what the book knows and that was not measured since; what failed waits for a day."""
    known = last_day_known(folder)
    if known is None:
        return None
    whole = EffectReading.objects.filter(process_change=OuterRef("pk"), is_whole=True, kind=AFTER)
    over = ProcessChange.objects.filter(last_on__lt=known, given_up_on=None, deleted_at=None)
    for change in over.exclude(Exists(whole)).order_by("last_on", "pk"):
        failed = Job.objects.filter(lock_key=measuring(change.pk), state=FAILED)
        if not failed.filter(ended_at__gt=now - AFTER_A_FAILURE).exists():
            found: ProcessChange = change
            return found
    return None
