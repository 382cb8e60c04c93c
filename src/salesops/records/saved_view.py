"""A list as somebody left it, under a name: its filters, its columns and its order, as its address has them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from salesops.records.fields import KEY_LENGTH

NAME_LENGTH = 60
QUERY_LENGTH = 4_000


class SavedView(models.Model):
    """One view of one list, seen by who made it or, where it `is_shared`, by those of the `team`; without one by
    everybody, or by those whom its maker leads; each through their own eyes.

    Taken away, never removed. A pinned one stands above its list.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_constraint=False
    )
    noun = models.CharField(max_length=60)
    name = models.CharField(max_length=NAME_LENGTH)
    query = models.TextField(default="", blank=True)
    is_shared = models.BooleanField(default=False)
    team = models.CharField(max_length=KEY_LENGTH, default="", blank=True)
    is_pinned = models.BooleanField(default=False)
    made_by = models.ForeignKey("records.Change", models.PROTECT, related_name="+")
    taken_away_by = models.ForeignKey("records.Change", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "saved_view"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "noun", "name"],
                condition=Q(taken_away_by__isnull=True),
                name="saved_view_one_of_a_name",
            ),
            models.CheckConstraint(
                condition=Q(is_shared=True) | Q(team=""), name="saved_view_team_is_shared"
            ),
        ]

    def __str__(self) -> str:
        return self.name
