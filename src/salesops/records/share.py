"""A record that somebody outside its line of management may see, or edit as well."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from salesops.records.fields import KEY_LENGTH

# What can be shared by itself; lines, splits and activities follow what they belong to.
SHAREABLE = ("account", "contact", "lead", "opportunity")


def still_shared(now: datetime) -> Q:
    """The shares that open something at an instant."""
    return Q(ended_by__isnull=True) & (Q(ends_at__isnull=True) | Q(ends_at__gt=now))


class Share(models.Model):
    """One record, for one person or for everybody of a team, for good or until an instant. It is ended, never removed."""

    noun = models.CharField(max_length=60)
    record_id = models.CharField(max_length=KEY_LENGTH)
    person = models.ForeignKey(
        "records.Person", models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    team = models.CharField(max_length=KEY_LENGTH, default="", blank=True)
    may_edit = models.BooleanField(default=False)
    ends_at = models.DateTimeField(null=True, blank=True)
    begun_by = models.ForeignKey("records.Change", models.PROTECT, related_name="+")
    ended_by = models.ForeignKey("records.Change", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "share"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, team="") | Q(person__isnull=True) & ~Q(team=""),
                name="share_person_or_team",
            ),
            models.UniqueConstraint(
                fields=["person", "noun", "record_id"],
                condition=Q(ended_by__isnull=True, person__isnull=False),
                name="share_once_with_person",
            ),
            models.UniqueConstraint(
                fields=["team", "noun", "record_id"],
                condition=Q(ended_by__isnull=True, person__isnull=True),
                name="share_once_with_team",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.noun} {self.record_id} for {self.person_id or self.team}"
