"""Who saw what: a line for each look at somebody else's record, each export and each backup."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from salesops.records.fields import KEY_LENGTH
from salesops.records.user import User

READ, EXPORT, BACKUP = "read", "export", "backup"
ACTS = ((READ, "Looked at"), (EXPORT, "Exported"), (BACKUP, "Backed up"))
# Somebody who goes back and forth between the same pages is one look.
SAME_LOOK = timedelta(hours=1)


class Seen(models.Model):
    """One look, export or backup. Added, never changed or removed.

    `noun` and `record_id` name a record that was looked at; `what` is the address of an export, with its filters, the
    file of a backup, or the name of a file that was kept with the record and taken from it.
    """

    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    act = models.CharField(max_length=10, choices=ACTS)
    door = models.CharField(max_length=20)  # as of a change
    noun = models.CharField(max_length=60, default="", blank=True)
    record_id = models.CharField(max_length=KEY_LENGTH, default="", blank=True)
    what = models.TextField(default="", blank=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        db_table = "seen"
        indexes = (models.Index(fields=["noun", "record_id", "actor", "at"], name="seen_record"),)

    def __str__(self) -> str:
        return f"{self.act} {self.what or f'{self.noun} {self.record_id}'}"


def note_look(actor: User, noun: str, key: str, now: datetime, *, file: str = "") -> None:
    """The actor looked at a record, or at a file kept with it. Again within the hour is the same look."""
    look = {"noun": noun, "record_id": key, "actor": actor, "what": file}
    if not Seen.objects.filter(at__gt=now - SAME_LOOK, **look).exists():
        Seen.objects.create(at=now, act=READ, door="browser", **look)


def note_taken(
    actor: User | None, act: str, what: str, now: datetime, *, door: str = "browser"
) -> None:
    """Many records left the program at once, in an export or a backup."""
    Seen.objects.create(at=now, actor=actor, act=act, door=door, what=what)
