"""Erasures in words: whose records, where else somebody is mentioned, and what was erased when by whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.db.models import Q

from salesops.actions.erase_person import is_erased
from salesops.records.erasure import Erasure
from salesops.records.job import Job
from salesops.records.models import NOUNS
from salesops.records.sealing import ERASE
from salesops.records.somebody import LOGIN, OF_PEOPLE, Subject, record_of
from salesops.records.user import User
from salesops.web.pages.keeping.facts import PLACES
from salesops.web.pages.keeping.record_page import KEPT_AT
from salesops.web.words import counted, several

MOST_FOUND = 50
_PLACES = {
    "change": "Reasons of changes",
    "seen": "Who saw what: addresses of exports",
    "request": "Requests",
    "request_event": "Conversations of requests",
    "process_change": "Changes of the process",
    "process_change_version": "Former states of changes of the process",
    "effect_reading": "What changes of the process did",
    "canned_answer": "Answers kept for requests",
    "saved_view": "Saved views",
    "target": "Targets",
    "job": "Work",
    "import_run": "Imports: names of files",
    "merge": "Merges",
    "kept_apart": "Decisions on duplicates",
    "look_alike": "Proposed duplicates",
    "duplicate_search": "The search for duplicates",
    "invitation": "Invitations",
}


@dataclass(frozen=True)
class Known:
    """A record of somebody, as it is listed. `of` is how addresses name it."""

    of: str
    kind: str
    name: str
    address: str
    place: str
    note: str


@dataclass(frozen=True)
class Told:
    """An erasure that was done. `place` is where the record is that is left."""

    at: datetime
    who: str
    kind: str
    name: str
    place: str
    reason: str
    outcome: str


def subject_of(text: str) -> Subject | None:
    """contact/003x, as an address names it; None for what is no person's."""
    noun, _, key = text.partition("/")
    return (noun, key) if key and noun in (*OF_PEOPLE, LOGIN) else None


def known(subjects: Iterable[Subject]) -> list[Known]:
    """The records in words; one that is not there is left out."""
    found = []
    for noun, key in subjects:
        record: Any = record_of(noun, key)
        if record is None:
            continue
        states = NOUNS[noun].versions.objects.filter(record_id=key).count() if noun in NOUNS else 0
        deleted = "deleted, " if getattr(record, "deleted_at", None) else ""
        found.append(
            Known(
                of=f"{noun}/{key}",
                kind=_kind(noun),
                name=str(record),
                address=record.email or "",
                place=place_of(noun, key),
                note=f"{deleted}{states:,} state{'' if states == 1 else 's'}" if states else "",
            )
        )
    return found


def found_by(text: str) -> list[Known]:
    """Whoever has this name, address or key: also of records that are deleted."""
    text = text.strip()
    if len(text) < 2:
        return []
    like = Q(name__icontains=text) | Q(email__icontains=text)
    subjects: list[Subject] = []
    for noun in OF_PEOPLE:
        rows = NOUNS[noun].objects.filter(like | Q(pk=text)).order_by("name", "pk")
        subjects += [(noun, key) for key in rows.values_list("pk", flat=True)[:MOST_FOUND]]
    logins = User.objects.filter(like, person=None).order_by("name", "pk")
    subjects += [(LOGIN, str(key)) for key in logins.values_list("pk", flat=True)[:MOST_FOUND]]
    return known(subject for subject in subjects if not is_erased(*subject))


def place_in_words(table: str, columns: dict[str, int]) -> str:
    """Activities: subject; History of opportunities: next step."""
    noun = table.removesuffix("_version")
    if noun in NOUNS:
        words = several(noun).capitalize() if noun == table else f"History of {several(noun)}"
        return f"{words}: {', '.join(c.replace('_', ' ') for c in columns)}"
    return _PLACES.get(table) or table.replace("_", " ").capitalize()


def erasures() -> list[Told]:
    """Everybody who was erased, the last first."""
    done = {
        job.result["change"]: job.result
        for job in Job.objects.filter(kind=ERASE, result__isnull=False)
        if isinstance(job.result, dict) and "change" in job.result
    }
    rows = Erasure.objects.select_related("change__actor").order_by("-pk")
    return [_told(row, done.get(row.change_id)) for row in rows]


def outcome_of(result: dict[str, Any]) -> str:
    """3 records in 7 states, 12 mentions elsewhere, 1 login; 2 files."""
    parts = [
        f"{counted('record', result.get('records', 0))} in {counted('state', result.get('states', 0))}"
    ]
    if result.get("logins"):
        parts.append(counted("login", result["logins"]))
    if result.get("mentions"):
        parts.append(counted("mention", result["mentions"]) + " elsewhere")
    if files := sum(n for kind, n in result.get("files", {}).items() if kind != "others"):
        parts.append(counted("file", files))
    said = ", ".join(parts)
    if left := result.get("left"):
        said += f". Still in {', '.join(left)}: mend or remove by hand"
    if backups := result.get("backups"):
        said += f". {counted('backup', backups).capitalize()} from before may hold them"
    return said


def place_of(noun: str, key: str) -> str:
    """Where a record is kept; empty where it has no page."""
    before = KEPT_AT.get(noun) or PLACES.get(noun, "")
    return before + quote(key, safe="") if before else ""


def _told(row: Erasure, result: dict[str, Any] | None) -> Told:
    record: Any = record_of(row.noun, row.key)
    return Told(
        at=row.change.at,
        who=str(row.change.actor or "salesops"),
        kind=_kind(row.noun),
        name=str(record or row.key),
        place=place_of(row.noun, row.key) if record is not None else "",
        reason=row.change.reason,
        outcome=outcome_of(result) if result else "",
    )


def _kind(noun: str) -> str:
    return {"person": "One of us", LOGIN: "Login"}.get(noun, noun.capitalize())
