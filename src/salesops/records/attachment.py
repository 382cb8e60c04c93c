"""A file kept with a record: what it is called, what it holds, and who brought it, took it away and brought it back."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from salesops.records.fields import KEY_LENGTH

LONGEST_NAME = 200


class Attachment(models.Model):
    """One file with one record, from the change that put it there to the one that took it away.

    `digest` is the SHA-256 of what it holds, under which `kept_content` has it. What is brought back is a row of its
    own, whose `added_by` is still the change that brought the file in the first place. What was erased for good is
    named here still, and holds nothing any more.
    """

    noun = models.CharField(max_length=60)
    record_id = models.CharField(max_length=KEY_LENGTH)
    name = models.CharField(max_length=LONGEST_NAME)
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    added_by = models.ForeignKey("records.Change", models.PROTECT, related_name="+")
    begun_by = models.ForeignKey("records.Change", models.PROTECT, related_name="+")
    ended_by = models.ForeignKey("records.Change", models.PROTECT, null=True, related_name="+")
    erased_by = models.ForeignKey("records.Change", models.PROTECT, null=True, related_name="+")

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        db_table = "attachment"
        indexes: ClassVar = [models.Index(fields=["noun", "record_id"], name="attachment_record")]

    def __str__(self) -> str:
        return self.name
