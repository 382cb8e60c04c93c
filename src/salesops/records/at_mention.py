"""Somebody mentioned by @ and their name in a note or in the conversation of a request, and whether they have read it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from salesops.records.fields import KEY_LENGTH


class AtMention(models.Model):
    """One login mentioned in one change of one activity or request. Unread while `read_at` is null."""

    login = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    change = models.ForeignKey("records.Change", models.PROTECT, related_name="+")
    noun = models.CharField(max_length=60)  # activity or request
    record_id = models.CharField(max_length=KEY_LENGTH)
    read_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        db_table = "at_mention"
        indexes: ClassVar = [
            models.Index(
                fields=["login", "-id"], condition=Q(read_at__isnull=True), name="at_mention_unread"
            ),
            models.Index(fields=["noun", "record_id"], name="at_mention_record"),
        ]

    def __str__(self) -> str:
        return f"{self.login} in {self.noun} {self.record_id}"
