"""A link of the chain that shows whether history was tampered with."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class Seal(models.Model):
    """Some rows of one table that are never to change, and the seal before.

    `keys` are the keys of the rows as spans, such as 1-2000,2003; `digests` holds sixteen bytes for each of them in
    order; `link` is what the next seal covers.
    """

    number = models.BigIntegerField(primary_key=True)
    sealed_at = models.DateTimeField()
    table = models.CharField(max_length=60)
    first_key = models.BigIntegerField()
    last_key = models.BigIntegerField()
    keys = models.TextField()
    digests = models.BinaryField()
    link = models.CharField(max_length=64)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        db_table = "seal"
        indexes = (models.Index(fields=["table", "last_key"], name="seal_table"),)

    def __str__(self) -> str:
        return f"{self.number}:{self.link}"
