"""Which records somebody looked at last, so that they find them again; for nobody else's eyes."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from salesops.records.fields import KEY_LENGTH


class RecentlySeen(models.Model):
    """When a login last looked at the page of a record. Whether it still may is asked whenever it is shown."""

    login = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_constraint=False
    )
    noun = models.CharField(max_length=60)
    record_id = models.CharField(max_length=KEY_LENGTH)
    at = models.DateTimeField()

    class Meta:
        db_table = "recently_seen"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["login", "noun", "record_id"], name="recently_seen_once"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["login", "-at"], name="recently_seen_at")]

    def __str__(self) -> str:
        return f"{self.noun} {self.record_id}"
