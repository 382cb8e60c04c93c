"""The files of a record as its page lists them, and what its history tells of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Q

from salesops.actions.attach_files import why_of
from salesops.actions.erase_person import may_erase
from salesops.records.attachment import Attachment
from salesops.records.attachment_reach import may_attach_to
from salesops.records.change import Change
from salesops.records.user import User
from salesops.web.pages.keeping.history import DOORS, Difference, Entry
from salesops.web.words import bytes_in_words


def files_of(actor: User, noun: str, key: str) -> dict[str, Any]:
    """What a record's page shows of its files, the newest first, and of attaching some."""
    every = Attachment.objects.filter(noun=noun, record_id=key, erased_by=None)
    every = every.select_related("added_by__actor").order_by("-added_by", "pk")
    kept = [each for each in every if each.ended_by_id is None]
    there = {(each.name, each.digest) for each in kept}
    away = {(e.name, e.digest): e for e in every if (e.name, e.digest) not in there}
    return {
        "files": [{"kept": each, "size": bytes_in_words(each.size)} for each in kept],
        # Nobody has these; they can be brought back from the record's history.
        "away": list(away.values()) if may_erase(actor) else [],
        "may_erase": may_erase(actor),
        "files_of": {"noun": noun, "key": key},
        "may_attach": may_attach_to(actor, noun, key),
        "most": settings.SALESOPS_MOST_FILE,
        "most_said": f"These are more than {bytes_in_words(settings.SALESOPS_MOST_FILE)} together.",
    }


def with_files(told: Iterable[Entry], noun: str, key: str, *, may_edit: bool) -> list[Entry]:
    """A record's history with what happened to its files in its place."""
    return sorted([*_of_files(noun, key, may_edit), *told], key=lambda e: e.at, reverse=True)


def what_changed(change: Change, files: Iterable[Attachment]) -> tuple[Difference, ...]:
    """What a change did with these files, a sentence each."""
    told = []
    for each in files:
        if each.erased_by_id == change.pk:
            said = f"Erased {each.name} for good"
        elif each.ended_by_id == change.pk:
            said = f"Took {each.name} away"
        else:
            said = f"{'Attached' if each.added_by_id == change.pk else 'Brought back'} {each.name}"
        told.append(Difference(said, is_plain=True))
    return tuple(dict.fromkeys(told))  # what was brought back before was there twice


def _of_files(noun: str, key: str, may_edit: bool) -> list[Entry]:
    files = list(Attachment.objects.filter(noun=noun, record_id=key).order_by("pk"))
    if not files:
        return []
    changes = Change.objects.filter(pk__in=set().union(*map(changed_by, files)))
    changes = changes.select_related("actor")
    undone = set(Change.objects.filter(undoes__in=changes).values_list("undoes_id", flat=True))
    entries = []
    for change in changes.order_by("-pk"):
        of_it = [each for each in files if change.pk in changed_by(each)]
        is_latest = all(
            each.ended_by_id in (None, change.pk) and each.erased_by_id is None for each in of_it
        )
        can_be_undone = may_edit and change.pk not in undone and is_latest
        entries.append(
            Entry(
                at=change.at,
                who=str(change.actor) if change.actor else "salesops",
                what=what_changed(change, of_it),
                source=DOORS.get(change.door, change.door),
                reason=why_of(change, noun, key),
                is_first_seen=False,
                change=change,
                undoes=change.pk if can_be_undone else None,
            )
        )
    return entries


def files_changed(change: Change, noun: str, key: str) -> bool:
    """The change put files with the record or took some away."""
    of_it = Attachment.objects.filter(noun=noun, record_id=key)
    return bool(of_it.filter(done_by([change])).exists())


def done_by(changes: Iterable[Change]) -> Q:
    """The files that one of these changes put with a record, took away or erased."""
    keys = [change.pk for change in changes]
    return Q(begun_by__in=keys) | Q(ended_by__in=keys) | Q(erased_by__in=keys)


def changed_by(each: Attachment) -> set[int]:
    """The changes that did something with the file."""
    return {k for k in (each.begun_by_id, each.ended_by_id, each.erased_by_id) if k is not None}
