"""The files of a record as its page lists them, and what its history tells of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Q

from salesops.records.attachment import Attachment
from salesops.records.attachment_reach import may_attach_to
from salesops.records.change import Change
from salesops.records.user import User
from salesops.web.pages.keeping.history import DOORS, Difference, Entry
from salesops.web.words import bytes_in_words


def files_of(actor: User, noun: str, key: str) -> dict[str, Any]:
    """What a record's page shows of its files, the newest first, and of attaching some."""
    kept = Attachment.objects.filter(noun=noun, record_id=key, ended_by=None)
    return {
        "files": [
            {"kept": each, "size": bytes_in_words(each.size)}
            for each in kept.select_related("added_by__actor").order_by("-added_by", "pk")
        ],
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
        if each.ended_by_id == change.pk:
            said = f"Took {each.name} away"
        else:
            said = f"{'Attached' if each.added_by_id == change.pk else 'Brought back'} {each.name}"
        told.append(Difference(said, is_plain=True))
    return tuple(told)


def _of_files(noun: str, key: str, may_edit: bool) -> list[Entry]:
    files = list(Attachment.objects.filter(noun=noun, record_id=key).order_by("pk"))
    if not files:
        return []
    by = [key for each in files for key in (each.begun_by_id, each.ended_by_id)]
    changes = Change.objects.filter(pk__in=set(by) - {None}).select_related("actor")
    undone = set(Change.objects.filter(undoes__in=changes).values_list("undoes_id", flat=True))
    entries = []
    for change in changes.order_by("-pk"):
        of_it = [each for each in files if change.pk in (each.begun_by_id, each.ended_by_id)]
        is_latest = all(each.ended_by_id in (None, change.pk) for each in of_it)
        can_be_undone = may_edit and change.pk not in undone and is_latest
        entries.append(
            Entry(
                at=change.at,
                who=str(change.actor) if change.actor else "salesops",
                what=what_changed(change, of_it),
                source=DOORS.get(change.door, change.door),
                reason="",
                is_first_seen=False,
                change=change,
                undoes=change.pk if can_be_undone else None,
            )
        )
    return entries


def files_changed(change: Change, noun: str, key: str) -> bool:
    """The change put files with the record or took some away."""
    of_it = Attachment.objects.filter(noun=noun, record_id=key)
    return bool(of_it.filter(Q(begun_by=change) | Q(ended_by=change)).exists())
