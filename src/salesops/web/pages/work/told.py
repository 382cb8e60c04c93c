"""Long work in words: what it is, how far it came, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from salesops.actions.cancel_job import may_cancel
from salesops.actions.change_process import MEASURE_CHANGE
from salesops.actions.change_settings import APPLY_SETTINGS
from salesops.actions.edit_in_bulk import EDIT_MANY, UNDO_MANY
from salesops.actions.erase_person import LOOK_FOR_PERSON
from salesops.actions.mailing import MAIL_LINK, MAIL_NOTICES, MAIL_TEST, MAIL_WEEKLY, MAILS
from salesops.actions.move_person import MOVE_DUE
from salesops.actions.prepare_export import EXPORT
from salesops.foundations.percent import in_percent
from salesops.jobs.arriving import COUNT_IMPORT, LOOK_AT_FILES
from salesops.jobs.finding_duplicates import FIND_DUPLICATES
from salesops.jobs.importing import IMPORT
from salesops.jobs.kinds import FOLLOW, LOOK
from salesops.jobs.undoing_import import PREVIEW_UNDO, UNDO_IMPORT
from salesops.jobs.weekly import PLAN_WEEKLY
from salesops.records.import_run import ImportRun, ImportUndo
from salesops.records.invitation import Invitation
from salesops.records.job import CANCELLED, DONE, FAILED, RUNNING, WAITING, Job
from salesops.records.models import NOUNS
from salesops.records.sealing import ERASE
from salesops.records.user import User
from salesops.web.words import counted, several

LONG_UNCLAIMED = timedelta(seconds=10)
_TITLES = {
    "backup": "Backup of the office",
    FIND_DUPLICATES: "Looking for duplicates",
    FOLLOW: "The book follows the records",
    LOOK: "Working out what Home shows",
    LOOK_AT_FILES: "Looking at files",
    COUNT_IMPORT: "Counting what an import would do",
    MAIL_LINK: "Mail with a link to sign in",
    MAIL_TEST: "A test message",
    MAIL_WEEKLY: "Weekly message",
    MAIL_NOTICES: "Message about what waits",
    MEASURE_CHANGE: "Measuring a change of the process",
    MOVE_DUE: "A planned move in the organisation",
    ERASE: "Erasing a person",
    APPLY_SETTINGS: "Making the book anew by other settings",
    LOOK_FOR_PERSON: "Looking for everything about a person",
    PLAN_WEEKLY: "Weekly messages about what is to be mended and done",
    PREVIEW_UNDO: "Working out what undoing an import would do",
}
_PLAINLY = {
    "backup": "a backup",
    FOLLOW: "the book, which follows the records,",
    LOOK: "the book, of which Home is worked out,",
    IMPORT: "an import",
    UNDO_IMPORT: "the undoing of an import",
    LOOK_AT_FILES: "a look at other files",
    COUNT_IMPORT: "the counting of another import",
    FIND_DUPLICATES: "a search for duplicates",
    EDIT_MANY: "a change of many rows",
    EXPORT: "an export",
    MAIL_LINK: "a mail",
    MAIL_TEST: "a mail",
    MAIL_WEEKLY: "a mail",
    MAIL_NOTICES: "a mail",
    MEASURE_CHANGE: "the measuring of a change",
    MOVE_DUE: "a planned move",
    ERASE: "the erasing of a person",
    APPLY_SETTINGS: "the book, which is made by other settings,",
    LOOK_FOR_PERSON: "a look for everything about a person",
    PLAN_WEEKLY: "the weekly messages",
    UNDO_MANY: "a change of many rows",
}
PLANNED, LATER = "Planned", "Tried again later"
_STATES = {
    WAITING: ("Waiting", ""),
    RUNNING: ("At work", "acc"),
    DONE: ("Done", "good"),
    FAILED: ("Not done", "bad"),
    CANCELLED: ("Stopped", "warn"),
}


@dataclass(frozen=True)
class Told:
    """One job as a page shows it. `place` is where more is told of it, empty where there is no such page."""

    job: Job
    title: str
    place: str
    state: str
    tone: str
    step: str
    share: float | None
    waits: str
    outcome: str
    may_stop: bool

    @property
    def is_going_on(self) -> bool:
        """Whether it is still to be done, or being done."""
        return self.job.state in (WAITING, RUNNING)

    @property
    def is_due(self) -> bool:
        """Whether it goes on now, and not at a later time."""
        return self.is_going_on and self.state != PLANNED

    @property
    def pace(self) -> str:
        """How far it is: 38 %; or what it waits for."""
        return self.waits or ("" if self.share is None else in_percent(self.share))


def told(actor: User, jobs: Iterable[Job], now: datetime) -> list[Told]:
    """The jobs in words, with what the imports among them were made of."""
    found = list(jobs)
    undoings = {j.arguments["undo"] for j in found if j.kind == UNDO_IMPORT}
    undone = dict(ImportUndo.objects.filter(pk__in=undoings).values_list("pk", "run_id"))
    keys = [j.arguments["run"] for j in found if j.kind in (IMPORT, PREVIEW_UNDO)]
    runs = ImportRun.objects.in_bulk([*keys, *undone.values()])
    to = _addressed(found)
    return [
        _one(actor, job, runs.get(job.arguments.get("run") or undone.get(job.arguments.get("undo"))), to, now)
        for job in found
    ]  # fmt: skip


def _addressed(jobs: Iterable[Job]) -> dict[int, str]:
    """Whom each mail among the jobs is for."""
    links = {j.pk: j.arguments["invitation"] for j in jobs if j.kind == MAIL_LINK}
    logins = {j.pk: j.arguments["login"] for j in jobs if j.kind in MAILS and j.kind != MAIL_LINK}
    invited = dict(Invitation.objects.filter(pk__in=links.values()).values_list("pk", "email"))
    known = dict(User.objects.filter(pk__in=logins.values()).values_list("pk", "email"))
    return {job: invited.get(key, "") for job, key in links.items()} | {
        job: known.get(key, "") for job, key in logins.items()
    }


def title_of(job: Job, run: ImportRun | None = None) -> str:
    """What the work is."""
    if job.kind in (EDIT_MANY, UNDO_MANY):
        noun = str(job.arguments.get("noun", "record"))
        many = counted(noun, sum(len(each["keys"]) for each in job.arguments.get("alike", ())))
        return f"Changing {many}" if job.kind == EDIT_MANY else f"Undoing a change of {many}"
    if job.kind in (IMPORT, UNDO_IMPORT):
        words = "Import" if job.kind == IMPORT else "Undoing the import"
        return f"{words} of {in_short(run.files)}" if run else words
    if job.kind == LOOK_AT_FILES:
        return f"Looking at {in_short(job.arguments.get('files', ()))}"
    if job.kind == EXPORT:
        what, _, form = str(job.arguments["name"]).rpartition(".")
        return f"Export of {what.replace('-', ' ').replace('_', ' ')} as {form.upper()}"
    return _TITLES.get(job.kind) or job.kind.replace("_", " ").capitalize()


def in_short(files: Iterable[str]) -> str:
    """deals.csv, accounts.csv and 3 more."""
    names = list(files)
    some = ", ".join(names[:2]) or "files"
    return f"{some} and {len(names) - 2} more" if len(names) > 2 else some


def step_of(job: Job) -> str:
    """What it is at: a noun where it goes through the records, else as the work itself says."""
    if job.step in NOUNS:
        doing = {UNDO_IMPORT: "Undoing", PREVIEW_UNDO: "Comparing"}.get(job.kind, "Writing")
        return f"{doing} {several(job.step)}"
    return job.step


def share_of(job: Job) -> float | None:
    """How much is done, 0 to 1; None while that is not known."""
    return min(1.0, job.done / job.total) if job.total else None


def waits_for(job: Job, now: datetime) -> str:
    """Why a job does not go on, for who waits for it, without telling of others' files; empty where it does."""
    if job.state != WAITING:
        return ""
    if job.run_after > now:
        again = f"{job.run_after:%-d %b, %H:%M} UTC"
        return f"{job.error} It is tried again on {again}." if job.error else f"Begins on {again}."
    others = Job.objects.filter(state=RUNNING, leased_until__gte=now)
    other = others.order_by("begun_at").first()
    if other is not None:
        share = share_of(other)
        far = f" ({in_percent(share)})" if share is not None else ""
        return f"Waits for {_PLAINLY.get(other.kind, 'other work')} to end{far}."
    if now - job.run_after > LONG_UNCLAIMED:
        return "No worker takes it. Ask who keeps this office to start one: salesops worker."
    return ""


def _one(
    actor: User, job: Job, run: ImportRun | None, to: Mapping[int, str], now: datetime
) -> Told:
    state, tone = _STATES[job.state]
    is_going_on = job.state in (WAITING, RUNNING)
    if job.state == WAITING and job.run_after > now:
        state = LATER if job.error else PLANNED
    return Told(
        job=job,
        title=title_of(job, run) + (f" to {to[job.pk]}" if to.get(job.pk) else ""),
        place=_place(actor, job, run),
        state=state,
        tone=tone,
        step=step_of(job) if is_going_on else "",
        share=share_of(job) if is_going_on else None,
        waits=waits_for(job, now),
        outcome=job.error or _outcome(job),
        may_stop=is_going_on and not job.is_cancel_wished and may_cancel(actor, job),
    )


def _place(actor: User, job: Job, run: ImportRun | None) -> str:
    if run is not None:
        name = "undo_import" if job.kind == PREVIEW_UNDO else "import"
        return reverse(name, args=[run.pk])
    if job.kind in (LOOK_AT_FILES, COUNT_IMPORT) and job.asked_by_id == actor.pk:
        return reverse("import_wait", args=[job.arguments["arrival"]])
    if job.kind == MEASURE_CHANGE:
        return reverse("process_change", args=[job.arguments["change"]])
    if job.kind in (EDIT_MANY, UNDO_MANY) and job.asked_by_id == actor.pk:
        return reverse("many_changed", args=[job.arguments["noun"], job.pk])
    if job.kind == EXPORT and job.asked_by_id == actor.pk:
        return reverse("export", args=[job.pk])
    return ""


def _outcome(job: Job) -> str:
    said = _OUTCOMES.get(job.kind)
    return said(job.result) if said and isinstance(job.result, dict) and job.result else ""


def _of_counts(*parts: tuple[str, str]) -> Callable[[Mapping[str, Any]], str]:
    """“1,200 new, 3 changed”, of counts noun by noun."""

    def words(result: Mapping[str, Any]) -> str:
        counts = result.get("counts", {}).values()
        sums = [(sum(c.get(name, 0) for c in counts), what) for name, what in parts]
        return ", ".join(f"{n:,} {what}" for n, what in sums if n) or "Nothing was different"

    return words


def _of_many(result: Mapping[str, Any]) -> str:
    left = result.get("left", 0)
    return f"{result.get('changed', 0):,} changed" + (
        f", {left:,} left as they were" if left else ""
    )


_SENT = {True: "Sent", False: "Not sent: the link works no more"}
_OUTCOMES: dict[str, Callable[[Mapping[str, Any]], str]] = {
    IMPORT: _of_counts(("created", "new"), ("changed", "changed"), ("deleted", "deleted")),
    UNDO_IMPORT: _of_counts(
        ("deleted", "deleted"), ("back", "put back"), ("kept", "kept in part"), ("left", "left")
    ),
    EDIT_MANY: _of_many,
    UNDO_MANY: _of_many,
    EXPORT: lambda result: f"{result.get('rows', 0):,} rows",
    MAIL_LINK: lambda result: _SENT[bool(result.get("sent"))],
    MAIL_TEST: lambda result: _SENT[bool(result.get("sent"))],
    PLAN_WEEKLY: lambda result: f"{result.get('asked', 0):,} people looked after",
    MEASURE_CHANGE: lambda _: "Measured",
    "backup": lambda result: f"{result.get('rows', 0):,} rows",
}
