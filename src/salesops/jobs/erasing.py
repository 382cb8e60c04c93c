"""Erasing a person by a job: files first, while it is known whom to look for, then records and history, then the book.

Killed at any moment it is done again from there. Once their records are erased nobody knows their name any more, so what
needs it comes before, and bears being repeated.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import Error, connection

from salesops.actions.erase_file import files_of_any, forget_files
from salesops.actions.erase_person import LOOK_FOR_PERSON, ask_to_erase
from salesops.engines.folder import forget_former, read_manifest_lenient
from salesops.engines.names import make_index
from salesops.foundations.clock import Clock
from salesops.jobs import queue
from salesops.jobs.erasing_files import Files, backups_of, clean_files, files_that_mention
from salesops.jobs.exporting import forget_every_export
from salesops.jobs.following import follow
from salesops.jobs.work import Work, until_there_is_room
from salesops.records.attachment import Attachment
from salesops.records.change import Change
from salesops.records.erasing import erase, rename_in_fields, sign_out
from salesops.records.erasure import ErasedKey, Erasure, digest_of, the_salt
from salesops.records.folder import BOOK, ERASURES
from salesops.records.import_run import ImportRun
from salesops.records.job import RUNNING, WAITING, Job
from salesops.records.kept_content import FILES
from salesops.records.mentions import clean, in_steps, mentioned, searched
from salesops.records.models import NOUNS
from salesops.records.sealing import ERASE
from salesops.records.somebody import LOGIN, Somebody, Subject, alike, somebody
from salesops.records.telling import Telling

SECONDS_FOR_READERS = 5.0  # in which who reads the former generation comes to its next question
TRIES_TO_EMPTY_THE_LOG = 20


def look(work: Work) -> dict[str, Any]:
    """The job: what is of a person and what mentions them. Nothing is changed."""
    one = _whom(work)
    places = [
        [found.model._meta.db_table, found.columns, len(found.keys)]
        for found in mentioned(one.telling, work, without=work.job.pk)
    ]
    work("Looking through files")
    files = files_that_mention(_office(), in_files(one))
    return {
        "at": work.clock().isoformat(),
        "places": places,
        "files": files.counts(),
        "kept": sorted(set(files_of_any(one.subjects).values_list("name", flat=True))),
        "others": [_called(p) for p in files.others if not goes_with(p, one)],
        "backups": [p.name for p in backups_of(_office())],
        "alike": [list(subject) for subject, _ in alike(one)],
    }


def erase_whole(work: Work) -> dict[str, Any]:
    """The job: erase the person, wherever they are."""
    if "erased" not in work.kept:
        _wait_for_imports()
        with until_there_is_room():
            _erase(work)
    work("Keeping a list of erasures")
    keep_list(_office())
    _make_the_book_anew(work)
    forget_every_export()  # last: until here one may have been made of the former book
    cache.clear()
    _leave_nothing_on_disk(work)
    return {**work.kept["erased"], "backups": work.kept.get("backups", 0)}


def erasing_again(office: Path, clock: Clock) -> list[Job]:
    """Ask for what a backup brought back to be erased once more, as the list beside the database tells."""
    asked: list[Job] = []
    known = set(ErasedKey.objects.values_list("noun", "digest"))
    told = _list(office)
    missing = {
        (noun, digest): each["at"]
        for each in told["erasures"]
        for noun, digest in each["keys"]
        if (noun, digest) not in known and noun in NOUNS
    }
    for noun in dict.fromkeys(noun for noun, _ in missing):
        for key in NOUNS[noun].objects.values_list("pk", flat=True).iterator():
            at = missing.get((noun, digest_of(told["salt"], noun, key)))
            if at is None or noun not in ("contact", "lead", "person"):
                continue
            one = somebody([(noun, key)], told["salt"])
            waiting = Job.objects.filter(kind=ERASE, state__in=(WAITING, RUNNING))
            if any(set(one.subjects) & _subjects(job) for job in waiting):
                continue
            for login in one.logins():
                type(login).objects.filter(pk=login.pk).update(is_active=False)
            reason = f"Erased first on {datetime.fromisoformat(at):%-d %B %Y}; a backup had brought it back."
            asked.append(ask_to_erase(None, one, reason, clock, door="system"))
    return asked


def keep_list(office: Path) -> None:
    """Write who was erased, as digests, where a restored database does not replace it."""
    told = _list(office)
    known = {json.dumps(each["keys"]) for each in told["erasures"]}
    for each in Erasure.objects.select_related("change").prefetch_related("keys").order_by("pk"):
        told["salt"] = each.salt
        keys = sorted([k.noun, k.digest] for k in each.keys.all())
        if json.dumps(keys) not in known:
            told["erasures"].append({"at": each.change.at.isoformat(), "keys": keys})
    file = office / ERASURES
    draft = file.with_name(f"{file.name}-draft")
    draft.write_text(json.dumps(told), "utf-8")
    draft.chmod(0o600)
    draft.replace(file)


def _list(office: Path) -> dict[str, Any]:
    file = office / ERASURES
    told: dict[str, Any] = {"salt": "", "erasures": []}
    return json.loads(file.read_text("utf-8")) if file.exists() else told


def _erase(work: Work) -> None:
    if "salt" not in work.kept:
        with work.effect():
            work.kept["salt"] = the_salt_of(_office())
    one, change = _whom(work), Change.objects.get(pk=work.arguments["change"])
    found = files_that_mention(_office(), in_files(one))
    clean_files(found, in_files(one))
    if "in_fields" not in work.kept:
        with work.effect():
            work.kept["in_fields"] = rename_in_fields(one, change)
    counts: Counter[str] = Counter(work.kept.get("mentions", {}))
    for place in mentioned(one.telling, work, without=work.job.pk):
        for keys in in_steps(place.keys):
            with work.effect():
                counts["rows"] += clean(place.model, keys, one.telling, change.pk)
                work.kept["mentions"] = dict(counts)
    work("Erasing their records")
    with work.effect():
        signed_out = sign_out(one.telling, one.logins())
        kept = forget_files(change, files_of_any(one.subjects), _office())
        told = erase(one, change, work.kept["salt"])
        _forget_jobs(work.job, one)
        work.kept = {
            "erased": {
                **told,
                "change": change.pk,
                "mentions": counts["rows"],
                "signed_out": signed_out,
                **_told(found, one.telling, kept),
            },
            "backups": len(backups_of(_office())),
        }


def _told(found: Files, telling: Telling, kept: int) -> dict[str, Any]:
    left = [p for p in found.others if p.exists()]
    counts = found.counts() | {"others": len(left), "kept": kept}
    return {
        "files": {k: n for k, n in counts.items() if n},
        # What a file is called may name them as well.
        "left": [telling.cleaned(_called(p)) for p in left],
    }


def goes_with(file: Path, one: Somebody) -> bool:
    """What the file holds is kept with their records alone."""
    within = file.relative_to(_office())
    same = Attachment.objects.filter(digest=within.name, erased_by=None)
    theirs = files_of_any(one.subjects)
    of_theirs = within.parts[0] == FILES and theirs.filter(digest=within.name).exists()
    return bool(of_theirs and not same.exclude(pk__in=theirs.values("pk")).exists())


def the_salt_of(office: Path) -> str:
    """The office's salt: also where the database of before the first erasure was put back."""
    if Erasure.objects.exists():
        return the_salt()
    return str(_list(office)["salt"]) or the_salt()


def _forget_jobs(own: Job, one: Somebody) -> None:
    """Their keys stand in what was asked for: this work, and the looks before it."""
    Job.objects.filter(pk=own.pk).update(arguments={})
    for looked in Job.objects.filter(kind=LOOK_FOR_PERSON):
        if _subjects(looked) & set(one.subjects):
            looked.delete()


def _subjects(job: Job) -> set[Subject]:
    return {(noun, key) for noun, key in job.arguments.get("subjects", ())}


def _whom(work: Work) -> Somebody:
    subjects = [(noun, key) for noun, key in work.arguments["subjects"]]
    salt = work.kept.get("salt") or the_salt_of(_office())
    return somebody(subjects, salt, work.arguments.get("also", ()))


def in_files(one: Somebody) -> Telling:
    """In files also by their keys, which are how a source knows them."""
    keys = [key for noun, key in one.subjects if noun != LOGIN and len(key) >= 6]
    bare = [key.partition(":")[2] for key in keys if len(key.partition(":")[2]) >= 6]
    return Telling((*one.telling.words, *keys, *bare), one.telling.keys)


def _wait_for_imports() -> None:
    """Rows that are being written may hold the person: an import ends first."""
    at_work = Job.objects.filter(kind__in=("import", "undo_import"), state__in=(WAITING, RUNNING))
    if at_work.exists() and ImportRun.objects.filter(state__in=("applying", "undoing")).exists():
        raise queue.NotNow("An import is being written. The person is erased when that has ended.")


def _make_the_book_anew(work: Work) -> None:
    """The book says nothing of them, and no file of a former one is left. Readers have time to come to the new one."""
    folder = _office() / BOOK
    if read_manifest_lenient(folder) is None or work.kept.get("book"):
        forget_former(folder)
        return
    published = follow(folder, work.clock, watch=work, keeps_nothing=True)
    make_index(folder / published.newest)
    time.sleep(SECONDS_FOR_READERS)
    forget_former(folder)
    with work.effect():
        work.kept["book"] = published.generation


def _leave_nothing_on_disk(work: Work) -> None:
    """What rows were before stands in the database's file until it is written anew."""
    if connection.in_atomic_block:
        raise RuntimeError("A database is written anew outside of a transaction.")
    work("Writing the database anew")
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            for model, _ in searched():
                try:
                    cursor.execute(f'VACUUM "{model._meta.db_table}"')
                except Error:  # another's table: autovacuum comes to it
                    continue
            return
        cursor.execute("VACUUM")
        for _ in range(TRIES_TO_EMPTY_THE_LOG):
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if not cursor.fetchone()[0]:
                return
            time.sleep(0.2)
    raise queue.NotNow(
        "Somebody reads the database without a pause; what is left of its log is emptied later."
    )


def _called(file: Path) -> str:
    """A file of the office's folder as people know it: what is kept with a record, by its name there."""
    within = file.relative_to(_office())
    kept = (
        Attachment.objects.filter(digest=within.name, erased_by=None).first()
        if within.parts[0] == FILES
        else None
    )
    return f"{kept.name} ({kept.noun} {kept.record_id})" if kept is not None else str(within)


def _office() -> Path:
    return Path(settings.SALESOPS_OFFICE)
