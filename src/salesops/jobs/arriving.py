"""Files on their way into an office's records, from a browser: kept, looked at, asked about and counted.

Each set of files has a folder of its own until it is written or thrown away. Looking and counting are jobs; what they
find they leave in the folder, in one step each, so that a job that is done twice leaves what it would have left once.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from pydantic import BaseModel

from salesops.actions.enqueue import enqueue
from salesops.actions.import_rows import Counts, refuse_import
from salesops.actions.take_fields import Filled, filled_by, refuse_unfit
from salesops.book.settings import load_settings, write_whole
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.importers import Answers, Examination
from salesops.importers.room import room
from salesops.jobs.finding_duplicates import Resembling
from salesops.jobs.given_files import Given, keep_files
from salesops.jobs.importing import (
    Arrived,
    forget_old,
    look_alikes,
    preview,
    read_files,
    write_soon,
)
from salesops.jobs.opening import examine_files, remember, remembered
from salesops.jobs.values_of_files import Asked, Said, both, remember_values, remembered_values
from salesops.jobs.work import Work
from salesops.records.folder import ARRIVING, BOOK
from salesops.records.import_run import ImportRun
from salesops.records.imported_meanings import Differing
from salesops.records.job import RUNNING, WAITING, Job
from salesops.records.user import User

LOOK_AT_FILES = "look_at_files"
COUNT_IMPORT = "count_import"
SHOWN = 20  # of the rows that look like records there are
KEPT_FOR = timedelta(days=7)  # files that nobody goes on with
NAMED = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{8}")
_SOMEBODY_WAITS = 1  # the priority of what a person looks at a page for
_STATE, _FILES, _ANSWERS, _FOUND, _COUNTED = (
    "arrival.json",
    "files",
    "answers.json",
    "examination.json",
    "counted.json",
)


class Arrival(BaseModel):
    """Files that somebody gave. `mends` is the import whose refused rows come back with them; `run` what they became."""

    name: str
    owner: int
    begun_at: datetime
    files: list[str]
    source: str = ""
    job: int = 0
    values: dict[str, dict[str, str]] = {}  # what was said of the values of its columns
    mends: int | None = None
    run: int | None = None

    @property
    def folder(self) -> Path:
        """Where it is kept."""
        return _arriving() / self.name

    @property
    def examination(self) -> Examination | None:
        """What the files were found to be; None before they were looked at."""
        found = self.found
        return found.examination if found is not None else None

    @property
    def found(self) -> Found | None:
        """The same, with what it was found out of."""
        file = self.folder / _FOUND
        return Found.model_validate_json(file.read_text("utf-8")) if file.exists() else None

    @property
    def answers(self) -> Answers:
        """What was said about them so far."""
        return Answers.model_validate_json((self.folder / _ANSWERS).read_text("utf-8"))

    @property
    def counted(self) -> Counted | None:
        """What writing them would do; None before it was counted."""
        file = self.folder / _COUNTED
        found = Counted.model_validate_json(file.read_text("utf-8")) if file.exists() else None
        return found if found is not None and (_arriving() / found.folder).exists() else None

    @property
    def last_job(self) -> Job | None:
        """The work that was last asked for."""
        return Job.objects.filter(pk=self.job).first()

    def save(self) -> None:
        """Keep it."""
        write_whole(self.folder / _STATE, self.model_dump_json())


class Found(BaseModel):
    """What files were found to be, and out of what: with the same files and answers it is found again."""

    files: list[str]
    answers: Answers
    examination: Examination


class Alike(BaseModel):
    """A row that would be new and looks like a record there is, and why."""

    key: str
    name: str
    known: str
    known_name: str
    why: list[str]


class Counted(BaseModel):
    """What writing would do, as of `at`; `folder` is where the rows wait.

    `alike` counts by noun the new rows that look like records there are, `alikes` are the surest of them.
    """

    at: datetime
    source: str
    folder: str
    files: list[str]
    seen_at: datetime
    counts: dict[str, Counts]
    refused: dict[str, int]
    to_mend: int
    fields: list[Filled] = []
    values: list[Asked] = []
    alike: dict[str, int] = {}
    alikes: dict[str, list[Alike]] = {}

    @property
    def is_anything(self) -> bool:
        """Whether there is anything to write."""
        return any(c.is_anything for c in self.counts.values())

    @property
    def differing(self) -> list[Differing]:
        """What people and the files say otherwise."""
        return [each for counts in self.counts.values() for each in counts.differing]


def begin(
    actor: User, uploads: Sequence[Given], clock: Clock, *, mends: ImportRun | None = None
) -> Arrival:
    """Keep the files and have them looked at. With `mends`, beside those that import was made of."""
    refuse_import(actor)
    forget_old_arrivals(clock)
    former = files_of(mends) if mends is not None else []
    arrival = Arrival(
        name=f"{clock():%Y%m%d-%H%M%S}-{secrets.token_hex(4)}",
        owner=actor.pk,
        begun_at=clock(),
        files=[],
        source=mends.source if mends is not None else "",
        mends=mends.pk if mends is not None else None,
    )
    try:
        with room(_arriving()):
            _arriving().mkdir(mode=0o700, exist_ok=True)
            arrival.folder.mkdir(mode=0o700)
            (arrival.folder / _FILES).mkdir()
            for file in former:
                os.link(file, arrival.folder / _FILES / file.name)
            _keep(arrival, uploads)
            said = remembered(_book()).model_dump_json()
            (arrival.folder / _ANSWERS).write_text(said, "utf-8")
            arrival.save()
    except BaseException:
        shutil.rmtree(arrival.folder, ignore_errors=True)
        raise
    look_soon(arrival, actor, clock)
    return arrival


def add_files(arrival: Arrival, actor: User, uploads: Sequence[Given], clock: Clock) -> None:
    """Further files, such as mended rows, for what somebody began."""
    refuse_import(actor)
    with room(_arriving()):
        _keep(arrival, uploads)
    look_soon(arrival, actor, clock)


def look_soon(arrival: Arrival, actor: User, clock: Clock) -> None:
    """Have the files looked at: what each is, and what must be asked."""
    _ask_for(arrival, actor, LOOK_AT_FILES, clock)


def count_soon(arrival: Arrival, actor: User, clock: Clock) -> None:
    """Have everything read and compared with the records."""
    _ask_for(arrival, actor, COUNT_IMPORT, clock)


def say(arrival: Arrival, answers: Answers, source: str) -> None:
    """Keep what was said about the files and the system they come from."""
    write_whole(arrival.folder / _ANSWERS, answers.model_dump_json())
    arrival.source = source
    arrival.save()


def say_values(arrival: Arrival, said: Said) -> None:
    """Keep what was said of the values of its columns."""
    arrival.values = both(arrival.values, said)
    arrival.save()


def is_overtaken(counted: Counted) -> bool:
    """Whether an import was written or undone since it was counted what this one would do."""
    since = (
        Q(started_at__gt=counted.at)
        | Q(ended_at__gt=counted.at)
        | Q(undoing__started_at__gt=counted.at)
        | Q(undoing__ended_at__gt=counted.at)
    )
    return ImportRun.objects.filter(since | Q(state__in=("applying", "undoing"))).exists()


def write(arrival: Arrival, actor: User, clock: Clock) -> int:
    """Have what was counted written. Returns the number of the import."""
    counted = arrival.counted
    if counted is None:
        raise Refusal(
            "What these files would change is not counted yet, or they are written already."
        )
    folder = _arriving() / counted.folder
    arrived = Arrived(
        folder,
        tuple(counted.files),
        counted.seen_at,
        counted.refused,
        counted.to_mend,
        tuple(counted.fields),
    )
    answers = arrival.answers
    try:
        job = write_soon(arrived, counted.source, actor, clock)
    except FileNotFoundError:  # somebody pressed twice, and the other one was first
        raise Refusal("These files are written already. See them under Imports.") from None
    former = remembered(_book())
    remember(
        _book(),
        Answers(
            files={**former.files, **answers.files}, choices={**former.choices, **answers.choices}
        ),
    )
    remember_values(
        _book(),
        counted.source,
        both(remembered_values(_book(), counted.source), arrival.values),
    )
    arrival.run = int(job.arguments["run"])
    if counted.to_mend:
        _keep_only_files(arrival)
    else:
        throw_away(arrival)
    return arrival.run


def throw_away(arrival: Arrival) -> None:
    """Remove the files and all that was made of them."""
    if counted := arrival.counted:
        shutil.rmtree(_arriving() / counted.folder, ignore_errors=True)
    shutil.rmtree(arrival.folder, ignore_errors=True)


def arrival(name: str) -> Arrival | None:
    """What somebody began under that name; None where it is gone."""
    file = _arriving() / name / _STATE
    if not NAMED.fullmatch(name) or not file.exists():
        return None
    return Arrival.model_validate_json(file.read_text("utf-8"))


def unfinished_of(user: User) -> list[Arrival]:
    """What somebody began and has neither written nor thrown away, the newest first."""
    return [a for a in _all() if a.owner == user.pk and a.run is None]


def files_of(run: ImportRun) -> list[Path]:
    """The files an import was made of, kept where some of their rows are to be mended."""
    found = next((a for a in _all() if a.run == run.pk), None)
    return sorted((found.folder / _FILES).iterdir()) if found else []


def forget_old_arrivals(clock: Clock) -> None:
    """Remove what nobody goes on with, and the files of imports that can be undone no more."""
    forget_old(clock)
    kept = set(ImportRun.objects.exclude(folder="").exclude(to_mend=0).values_list("pk", flat=True))
    for each in _all():
        is_over = each.run not in kept if each.run else each.begun_at < clock() - KEPT_FOR
        if is_over and not is_at_work(each.last_job):
            throw_away(each)
    _clear_abandoned(clock)


def is_at_work(job: Job | None) -> bool:
    """Whether the work is still to be done, or being done."""
    return job is not None and job.state in (WAITING, RUNNING)


# -- the jobs ----------------------------------------------------------------------------------


def look_at_files(work: Work) -> dict[str, Any]:
    """The job: what each file is, which column is what, and what must be asked."""
    given = _given(work)
    found = _examined(given, work)
    return {"asks": len(found.must_answer)}


def count_import(work: Work) -> dict[str, Any]:
    """The job: read everything as was answered, and compare it with the records. Nothing is written to them."""
    given = _given(work)
    found = _examined(given, work)
    if found.must_answer:
        return {"asks": len(found.must_answer)}
    office = Path(settings.SALESOPS_OFFICE)
    refuse_unfit(User.objects.filter(pk=given.owner).first(), filled_by(found))
    arrived = read_files(
        found,
        office,
        load_settings(_book()),
        work.clock,
        source=given.source,
        values=given.values,
        watch=work,
    )
    try:
        work("Comparing with the records", 0, 0)
        at = work.clock()
        counts = preview(arrived, given.source)
        alike = (
            look_alikes(arrived, given.source) if any(c.created for c in counts.values()) else {}
        )
        told = Counted(
            at=at,
            source=given.source,
            folder=arrived.folder.name,
            files=list(arrived.files),
            seen_at=arrived.seen_at,
            counts=dict(counts),
            refused=dict(arrived.refused),
            to_mend=arrived.to_mend,
            fields=list(arrived.fields),
            values=list(arrived.values),
            alike={name: len(found) for name, found in alike.items()},
            alikes={name: [_alike(one) for one in found[:SHOWN]] for name, found in alike.items()},
        )
        with work.effect():
            write_whole(given.folder / _COUNTED, told.model_dump_json())
            work.finish({"asks": 0})
    except BaseException:
        shutil.rmtree(arrived.folder, ignore_errors=True)
        raise
    return {}


def _alike(one: Resembling) -> Alike:
    why = [f"{r.field}: {r.words}" for r in one.pair.why if r.weight > 0]
    return Alike(key=one.key, name=one.name, known=one.known, known_name=one.known_name, why=why)


def _given(work: Work) -> Arrival:
    given = arrival(work.arguments["arrival"])
    if given is None or given.run is not None:
        raise Refusal("These files are no longer here. Choose them again.")
    return given


def _examined(given: Arrival, work: Work) -> Examination:
    """What the files are, as was answered; looked at anew where that is not known.

    Each try stages the rows in a place of its own: who lost the job may still be writing to theirs.
    """
    known, answers = given.found, given.answers
    if known is not None and (known.files, known.answers) == (given.files, answers):
        return known.examination
    staged = given.folder / f"staged-{work.job.pk}-{work.job.claim}"
    shutil.rmtree(staged, ignore_errors=True)
    paths = sorted((given.folder / _FILES).iterdir())
    found = examine_files(paths, staged, answers, watch=work)
    told = Found(files=given.files, answers=answers, examination=found)
    write_whole(given.folder / _FOUND, told.model_dump_json())
    for other in given.folder.glob("staged-*"):
        if other != staged:
            shutil.rmtree(other, ignore_errors=True)
    return found


# -- folders -----------------------------------------------------------------------------------


def _arriving() -> Path:
    return Path(settings.SALESOPS_OFFICE) / ARRIVING


def _book() -> Path:
    return Path(settings.SALESOPS_OFFICE) / BOOK


def _all() -> list[Arrival]:
    names = sorted((p.name for p in _arriving().glob("*") if p.is_dir()), reverse=True)
    return [found for name in names if (found := arrival(name)) is not None]


def _clear_abandoned(clock: Clock) -> None:
    """Rows that were read by who then died; nothing names them."""
    named = {c.folder for a in _all() if (c := a.counted)}
    since = f"{clock() - timedelta(days=1):%Y%m%d-%H%M%S}"
    for path in _arriving().glob("*"):
        is_rows = NAMED.fullmatch(path.name) and not (path / _STATE).exists()
        if is_rows and path.name not in named and path.name < since:
            shutil.rmtree(path, ignore_errors=True)


def _ask_for(given: Arrival, actor: User, kind: str, clock: Clock) -> None:
    if is_at_work(given.last_job):
        raise Refusal("These files are being read already. Wait for that, or stop it first.")
    if counted := given.counted:
        shutil.rmtree(_arriving() / counted.folder, ignore_errors=True)
    (given.folder / _COUNTED).unlink(missing_ok=True)
    with transaction.atomic():
        job = enqueue(
            actor,
            kind,
            {"arrival": given.name, "files": given.files},
            clock,
            lock_key=f"arrival {given.name}",
            priority=_SOMEBODY_WAITS,
            most_attempts=3,
        )
        given.job = job.pk
        given.save()


def _keep(given: Arrival, uploads: Sequence[Given]) -> None:
    keep_files(given.folder / _FILES, uploads)
    given.files = sorted(p.name for p in (given.folder / _FILES).iterdir())


def _keep_only_files(given: Arrival) -> None:
    given.save()
    for path in given.folder.iterdir():
        if path.is_dir() and path.name != _FILES:
            shutil.rmtree(path, ignore_errors=True)
    (given.folder / _COUNTED).unlink(missing_ok=True)
