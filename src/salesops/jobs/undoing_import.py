"""Undoing an import by a job that survives its worker: asked for once, done whole, told noun by noun."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from salesops.actions.enqueue import enqueue
from salesops.actions.undo_import import (
    Left,
    go_on_undoing,
    preview_undo,
    refuse_undo,
    start_undo,
)
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.jobs.importing import end_abandoned, lock_of
from salesops.jobs.work import Work, until_there_is_room
from salesops.records.import_run import ImportRun, ImportUndo
from salesops.records.job import RUNNING, WAITING, Job
from salesops.records.user import User

UNDO_IMPORT = "undo_import"
PREVIEW_UNDO = "preview_undo"
MOST_LEFT = 50


def undo_soon(actor: User | None, run: ImportRun, clock: Clock) -> Job:
    """Ask for the import to be undone. From here on it is undone whole, unless somebody stops it."""
    end_abandoned(clock)
    with transaction.atomic():
        undo = start_undo(actor, ImportRun.objects.get(pk=run.pk), clock)
        asked = Job.objects.filter(lock_key=lock_of(run.pk), state__in=(WAITING, RUNNING))
        if asked.exists():
            raise Refusal("This import is being undone already.")
        return enqueue(actor, UNDO_IMPORT, {"undo": undo.pk}, clock, lock_key=lock_of(run.pk))


def undo_import(work: Work) -> dict[str, Any]:
    """The job: undo what is not yet undone."""
    undo = ImportUndo.objects.select_related("run").get(pk=work.arguments["undo"])
    if undo.ended_at is None:
        with until_there_is_room():
            undo = go_on_undoing(undo, work.clock, work)
    return {"run": undo.run_id, "counts": undo.counts}


def preview_soon(actor: User, run: ImportRun, clock: Clock) -> Job:
    """Ask for what undoing an import would do. Asked again while that is worked out, it is the same work."""
    refuse_undo(actor, run, clock())
    key = f"preview {lock_of(run.pk)}"
    asked = Job.objects.filter(lock_key=key, state__in=(WAITING, RUNNING)).first()
    return asked or enqueue(
        actor, PREVIEW_UNDO, {"run": run.pk}, clock, lock_key=key, priority=1, most_attempts=2
    )


def preview_undoing(work: Work) -> dict[str, Any]:
    """The job: what undoing an import would do; nothing is written but that."""
    run = ImportRun.objects.get(pk=work.arguments["run"])
    return {"at": work.clock().isoformat(), **previewed(run, work)}


def previewed(run: ImportRun, watch: Work | None = None) -> dict[str, Any]:
    """What undoing an import would do, noun by noun, and the first records that somebody changed since."""
    left: list[Left] = []
    found = preview_undo(run, left, MOST_LEFT, watch or (lambda *_: None))
    return {"counts": {name: vars(effect) for name, effect in found.items()}, "left": left}
