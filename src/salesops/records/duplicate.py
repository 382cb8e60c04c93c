"""Records that look like one thing, what people decided about them, and how far the search for them has come."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from django.db import models
from django.db.models import Q

from salesops.records.fields import KEY_LENGTH


def _key() -> models.CharField[str, str]:
    return models.CharField(max_length=KEY_LENGTH)


class LookAlike(models.Model):
    """Two records of a noun that look like one thing, `left` before `right`, as the last search found them.

    `why` lists for each field its title, how alike it is and the bits that adds; `entity` is the id of what both are
    taken for, with whatever else is. Made anew by searches, and no history of its own.
    """

    noun = models.CharField(max_length=60)
    left = _key()
    right = _key()
    entity = models.CharField(max_length=2 * KEY_LENGTH + 2)
    weight = models.FloatField()
    probability = models.FloatField()
    why = models.JSONField(default=list)

    class Meta:
        db_table = "look_alike"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["noun", "left", "right"], name="look_alike_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["noun", "-weight"], name="look_alike_strongest"),
            models.Index(fields=["noun", "right"], name="look_alike_right"),
            models.Index(fields=["noun", "entity"], name="look_alike_entity"),
        ]

    def __str__(self) -> str:
        return f"{self.noun} {self.left} and {self.right}"


class KeptApart(models.Model):
    """Somebody said that two records are not the same. `weight` is what the search had made of them, null where it
    had not proposed them, and `proposal` all that it said. Ended, never removed."""

    noun = models.CharField(max_length=60)
    left = _key()
    right = _key()
    weight = models.FloatField(null=True)
    proposal = models.JSONField(default=dict)
    begun_by = models.ForeignKey("records.Change", models.PROTECT, related_name="+")
    ended_by = models.ForeignKey("records.Change", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "kept_apart"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["noun", "left", "right"],
                condition=Q(ended_by__isnull=True),
                name="kept_apart_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.noun} {self.left} is not {self.right}"


class Merge(models.Model):
    """One record, `loser`, that was merged into another of its noun, the `winner`, and is kept as deleted.

    `moved` holds, by table and column, the keys of what pointed at the loser; `replaced` the winner's values before
    the merge, as text by column; `weight` what the search had made of the two. Ended by the change that took it back.
    """

    noun = models.CharField(max_length=60)
    loser = _key()
    winner = _key()
    change = models.ForeignKey("records.Change", models.PROTECT, related_name="merges")
    ended_by = models.ForeignKey("records.Change", models.PROTECT, null=True, related_name="+")
    weight = models.FloatField(null=True)
    moved = models.JSONField(default=dict)
    replaced = models.JSONField(default=dict)

    was: str  # what the loser is called, where a page tells it
    may: bool  # whether its reader can take the merge back

    class Meta:
        db_table = "merge"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["noun", "loser"],
                condition=Q(ended_by__isnull=True),
                name="merge_once",
            )
        ]
        indexes: ClassVar = [models.Index(fields=["noun", "winner"], name="merge_winner")]

    def __str__(self) -> str:
        return f"{self.noun} {self.loser} into {self.winner}"


class DuplicateSearch(models.Model):
    """How far the search of one noun has come: up to which watermark of the records, with which model."""

    noun = models.CharField(max_length=60, primary_key=True)
    mark = models.TextField(default="", blank=True)
    model = models.JSONField(default=dict)
    rows = models.BigIntegerField(default=0)
    searched_at = models.DateTimeField()

    class Meta:
        db_table = "duplicate_search"

    def __str__(self) -> str:
        return f"Search of {self.noun}"


def merged_into(noun: str, keys: Collection[str] | None = None) -> dict[str, str]:
    """The record in which each of the keys lives on, where it was merged; without keys, of all that were."""
    found: dict[str, str] = {}
    wanted = None if keys is None else set(keys)
    while wanted is None or wanted:
        merges = Merge.objects.filter(noun=noun, ended_by=None)
        if wanted is not None:
            merges = merges.filter(loser__among=wanted)
        step = dict(merges.values_list("loser", "winner"))
        found |= step
        if wanted is None:
            break
        wanted = set(step.values()) - set(found)
    resolved = {}
    for key in found if keys is None else set(keys) & set(found):
        last = found[key]
        while last in found:
            last = found[last]
        resolved[key] = last
    return resolved
