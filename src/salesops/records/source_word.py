"""What a source said of records of which people may say otherwise: their word stands until the source changes its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import models

from salesops.records.change import Change
from salesops.records.fields import KEY_LENGTH
from salesops.records.import_run import undone_imports

Words = Mapping[str, Any]  # by column

HEARD = frozenset({"pipeline_stage", "opportunity"})  # the nouns of which it is kept
UNSAID: Words = {"is_deleted": False}  # what is so as long as no source said otherwise


class SourceWord(models.Model):
    """What an import said of a record that its source had not said of it before. Never edited.

    `said` holds that by column, such as {"outcome": "lost"} of a stage and {"is_deleted": true} of a deal. What was said
    by an import that was undone was never said.
    """

    noun = models.CharField(max_length=60)
    record_id = models.CharField(max_length=KEY_LENGTH)
    change = models.ForeignKey(Change, models.PROTECT, related_name="+")
    said = models.JSONField()

    class Meta:
        db_table = "source_word"
        indexes = (models.Index(fields=["noun", "record_id"], name="source_word_of"),)

    def __str__(self) -> str:
        return f"{self.noun} {self.record_id}: {self.said}"


def said_before(noun: str, keys: Iterable[str], source: str) -> dict[str, dict[str, Any]]:
    """What the source last said of each record, of what it ever said."""
    told: dict[str, dict[str, Any]] = {}
    if noun not in HEARD:
        return told
    words = SourceWord.objects.filter(noun=noun, record_id__among=set(keys))
    words = words.filter(change__imported__source=source).exclude(change__in=undone_imports())
    for key, said in words.order_by("pk").values_list("record_id", "said"):
        told.setdefault(key, {}).update(said)
    return told


def remember_words(noun: str, said: Mapping[str, Words], change: int) -> None:
    """Keep what was said of each record otherwise than before."""
    SourceWord.objects.bulk_create(
        SourceWord(noun=noun, record_id=key, change_id=change, said=words)
        for key, words in said.items()
    )


def as_said(value: Any) -> Any:
    """A value of a record as it is kept here."""
    return f"{value.normalize() or Decimal(0):f}" if isinstance(value, Decimal) else value
