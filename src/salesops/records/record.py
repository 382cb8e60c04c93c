"""What every record has beside its own columns, and the version kept of each of its states."""

from __future__ import annotations

import copy
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models

from salesops.records.fields import KEY_LENGTH

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)


def new_key() -> str:
    """A key for a record made here; no other system gives one like it."""
    return f"so-{secrets.token_hex(8)}"


class Record(models.Model):
    """Something people keep. `id` is the source's own where the record was imported, else `new_key()`.

    `deleted_at` marks what was taken away and can be brought back; `custom` holds the fields the
    company added, by their names.
    """

    id = models.CharField(max_length=KEY_LENGTH, primary_key=True, default=new_key)
    origin = models.CharField(max_length=60, default="", blank=True)  # the source; empty: made here
    deleted_at = models.DateTimeField(null=True, blank=True)
    custom = models.JSONField(default=dict, blank=True)

    versions: ClassVar[type[Version]]
    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(getattr(self, "name", None) or self.id)


def index_of_deleted(table: str) -> models.Index:
    """Finds the few records of a table that were deleted among the many that were not, the last one first."""
    is_gone = models.Q(deleted_at__isnull=False)
    return models.Index(fields=["-deleted_at"], condition=is_gone, name=f"{table}_deleted")


class Version(models.Model):
    """One state of a record over `[begins_at, ends_at)`; written by triggers alone.

    `opened_by` and `closed_by` are the changes that began and ended it, null where something went around
    the actions. `changed_by_id` names the person where a source's own history does. `was_first_seen` says
    that a source showed this state without saying since when. `is_tombstone` marks the moment a row was
    removed altogether. `mark` is the transaction on PostgreSQL, by which a copy knows what it has not seen.
    """

    version = models.BigAutoField(primary_key=True)
    record_id = models.CharField(max_length=KEY_LENGTH)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField(default=FOREVER)
    recorded_at = models.DateTimeField()
    opened_by = models.BigIntegerField(null=True)
    closed_by = models.BigIntegerField(null=True)
    changed_by_id = models.CharField(max_length=KEY_LENGTH, null=True)
    was_first_seen = models.BooleanField(default=False)
    is_tombstone = models.BooleanField(default=False)
    mark = models.BigIntegerField(default=0)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """The columns of the noun, which `versions_of` adds."""


OWN = {field.name for field in Version._meta.local_fields}


def versions_of(noun: type[Record]) -> type[Version]:
    """The model of `noun`'s versions, with each of its columns beside those of `Version`."""
    columns: dict[str, Any] = {}
    for field in noun._meta.concrete_fields:
        if field.primary_key:
            continue
        column: models.Field[Any, Any]
        if isinstance(field, models.ForeignKey):
            column = models.CharField(max_length=KEY_LENGTH, null=True)
            columns[field.attname] = column
            continue
        column = copy.deepcopy(field)
        column.null = True
        column.creation_counter = models.Field.creation_counter
        models.Field.creation_counter += 1
        columns[field.name] = column
    name = noun._meta.model_name or ""
    meta = type(
        "Meta",
        (),
        {
            "app_label": noun._meta.app_label,
            "db_table": f"{noun._meta.db_table}_version",
            "indexes": [
                models.Index(fields=["record_id", "begins_at"], name=f"{name}_version_record"[:30]),
                models.Index(fields=["mark"], name=f"{name}_version_mark"[:30]),
                models.Index(fields=["opened_by", "version"], name=f"{name}_version_by"[:30]),
            ],
        },
    )
    made = type(
        f"{noun.__name__}Version",
        (Version,),
        {
            "__module__": noun.__module__,
            "__doc__": f"A state of {noun.__name__.lower()}.",
            "Meta": meta,
            **columns,
        },
    )
    noun.versions = made
    return made
