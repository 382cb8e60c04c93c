"""Erase a file for good: what it holds is gone from the office, and that there was one of its name stays told."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.db import connection
from django.db.models import Q, QuerySet

from salesops.actions.attach_files import say_which
from salesops.actions.changing import changing
from salesops.actions.erase_person import may_erase
from salesops.actions.unfit import Unfit
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.attachment import Attachment
from salesops.records.attachment_reach import sees_files_of
from salesops.records.change import Change, reason_of
from salesops.records.kept_content import forget
from salesops.records.user import User

ERASE_FILE = "erase_file"


def erase_file(
    actor: User,
    attachment: Attachment,
    reason: str,
    office: Path,
    clock: Clock,
    *,
    door: str = "browser",
) -> Change:
    """Erase the file from its record, also where it was taken away. It cannot be undone; who erases people may."""
    if not sees_files_of(actor, attachment.noun, attachment.record_id):
        raise Refusal("There is no such record, or it is not yours to see.")
    if not may_erase(actor):
        raise Refusal(
            "Only an administrator erases a file for good. Take it away, or ask one of them."
        )
    said = reason_of(reason)
    if not said:
        raise Unfit("reason", "Say why it is erased. The reason is kept.")
    with changing(actor, ERASE_FILE, clock, door=door) as change:
        say_which(change, attachment.noun, attachment.record_id, [attachment.name], why=said)
        if not forget_files(change, states_of(attachment), office):
            raise Refusal(f"“{attachment.name}” was erased already.")
    return change


def states_of(attachment: Attachment) -> QuerySet[Attachment]:
    """The file with its record, as often as it was brought, taken away and brought back."""
    return Attachment.objects.filter(
        noun=attachment.noun,
        record_id=attachment.record_id,
        name=attachment.name,
        digest=attachment.digest,
    )


def kept_elsewhere(attachment: Attachment) -> int:
    """How many other files hold the same, which stays there: under another name or with another record."""
    same = Attachment.objects.filter(digest=attachment.digest, erased_by=None)
    others = same.exclude(pk__in=states_of(attachment).values("pk"))
    return int(others.values("noun", "record_id", "name").distinct().count())


def files_of_any(subjects: Iterable[tuple[str, str]]) -> QuerySet[Attachment]:
    """The files of records, by noun and key, that are not erased, also those that were taken away."""
    of_them = Q(pk__in=())
    for noun, key in subjects:
        of_them |= Q(noun=noun, record_id=key)
    return Attachment.objects.filter(of_them, erased_by=None)


def forget_files(change: Change, files: QuerySet[Attachment], office: Path) -> int:
    """Within the change: these hold nothing any more, and what no other file holds is gone. Returns how many they were."""
    _let_nobody_attach()
    held = list(files.filter(erased_by=None).values_list("pk", "digest"))
    of_them = Attachment.objects.filter(pk__in=[key for key, _ in held])
    of_them.filter(ended_by=None).update(ended_by=change)
    of_them.update(erased_by=change)
    for digest in {digest for _, digest in held}:
        if not Attachment.objects.filter(digest=digest, erased_by=None).exists():
            forget(office, digest)
    return len(held)


def _let_nobody_attach() -> None:
    """Until the change ends: who attaches the same content meanwhile finds it gone, and brings it once more.

    SQLite lets one write at a time anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{Attachment._meta.db_table}" IN SHARE ROW EXCLUSIVE MODE')
