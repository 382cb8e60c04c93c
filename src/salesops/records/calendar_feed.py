"""The secret address under which a calendar program reads what somebody has to do."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class CalendarFeed(models.Model):
    """Whoever holds the address reads the calendar of its login until it is ended; a login has one at a time.

    Of the address only a digest is kept, so that nobody can use what a stolen database holds.
    """

    login = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_constraint=False
    )
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey("records.Change", models.PROTECT, related_name="+")
    ended_by = models.ForeignKey("records.Change", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "calendar_feed"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["login"], condition=Q(ended_by__isnull=True), name="calendar_feed_one"
            )
        ]

    def __str__(self) -> str:
        return f"calendar of {self.login_id}"
