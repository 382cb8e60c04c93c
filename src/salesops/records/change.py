"""Why something changed: who did what, when, through which door and for what reason."""

from __future__ import annotations

from django.conf import settings
from django.db import models

LONGEST_REASON = 500


def reason_of(text: str) -> str:
    """Why something is done, as it was typed; a change keeps that much of it."""
    return text.replace("\0", "").strip()[:LONGEST_REASON]


class Change(models.Model):
    """One thing somebody did, to however many records. Never edited.

    `at` is when it was done; `effective_at` from when it is true, where that is another moment.
    """

    at = models.DateTimeField()
    effective_at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    verb = models.CharField(max_length=60)
    door = models.CharField(max_length=20)  # browser, import, command, api, system
    reason = models.TextField(default="", blank=True)
    undoes = models.ForeignKey("self", models.PROTECT, null=True, related_name="undone_by")

    class Meta:
        db_table = "change"
        indexes = (models.Index(fields=["-at"], name="change_at"),)

    def __str__(self) -> str:
        return f"{self.verb} at {self.at:%Y-%m-%d %H:%M}"


class Context(models.Model):
    """The change the running transaction belongs to, where the database has no settings of a transaction.

    One row. It is written and cleared within a transaction, so that nobody else ever sees it filled.
    """

    change = models.BigIntegerField(null=True)
    effective_at = models.DateTimeField(null=True)
    keeps_own_history = models.BooleanField(default=False)

    class Meta:
        db_table = "change_context"
