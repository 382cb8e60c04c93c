"""What is kept of an erasure: that it was, under which keys the person was known, and which rows of history it altered."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from typing import Any, ClassVar

from django.db import models

from salesops.records.fields import KEY_LENGTH

DIGEST_LETTERS = 32


class Erasure(models.Model):
    """One person who was erased, under the change that tells by whom and when. Never edited.

    `key` is the record of `noun` they were erased from, as it is called since. `salt` is the office's: the same in each.
    """

    change = models.OneToOneField("records.Change", models.PROTECT, related_name="erasure")
    noun = models.CharField(max_length=60)
    key = models.CharField(max_length=KEY_LENGTH)
    salt = models.CharField(max_length=DIGEST_LETTERS)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        db_table = "erasure"

    def __str__(self) -> str:
        return f"{self.noun} {self.key}"


class ErasedKey(models.Model):
    """A key under which somebody who was erased was known, as a digest; `key` is what it is called since."""

    erasure = models.ForeignKey(Erasure, models.PROTECT, related_name="keys")
    noun = models.CharField(max_length=60)
    digest = models.CharField(max_length=DIGEST_LETTERS)
    key = models.CharField(max_length=KEY_LENGTH)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        db_table = "erased_key"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["noun", "digest"], name="erased_key_once")
        ]

    def __str__(self) -> str:
        return f"{self.noun} {self.key}"


class ErasedRow(models.Model):
    """A row of sealed history that an erasure altered: the digest of what it said before and of what it says since."""

    change = models.ForeignKey("records.Change", models.PROTECT, related_name="+")
    table = models.CharField(max_length=60)
    key = models.BigIntegerField()
    was = models.CharField(max_length=DIGEST_LETTERS)
    became = models.CharField(max_length=DIGEST_LETTERS)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        db_table = "erased_row"
        indexes = (models.Index(fields=["table", "key"], name="erased_row_of"),)

    def __str__(self) -> str:
        return f"{self.table} {self.key}"


def the_salt() -> str:
    """What stands before keys in their digests: the office's own, made with its first erasure."""
    known = Erasure.objects.order_by("pk").values_list("salt", flat=True).first()
    return known or secrets.token_hex(DIGEST_LETTERS // 2)


def digest_of(salt: str, noun: str, key: str) -> str:
    """What is kept of a key."""
    made = hmac.new(bytes.fromhex(salt), f"{noun}\n{key}".encode(), hashlib.sha256)
    return made.hexdigest()[:DIGEST_LETTERS]


def erased_among(noun: str, keys: Collection[str]) -> dict[str, str]:
    """Those of a source's keys that are of somebody who was erased, each with the key it goes by since."""
    if not keys or not (of_noun := ErasedKey.objects.filter(noun=noun)).exists():
        return {}
    salt = the_salt()
    known = dict(of_noun.values_list("digest", "key"))
    found = ((key, known.get(digest_of(salt, noun, key))) for key in set(keys))
    return {key: now for key, now in found if now is not None}
