"""An import into the records: what was brought in, by whom, how far it came, what it did, and its undoing."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from salesops.records.change import Change
from salesops.records.fields import KEY_LENGTH

STATES = (
    ("applying", "Being written"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
    ("undoing", "Being undone"),
    ("undone", "Undone"),
)


class ImportRun(models.Model):
    """One import. `seen_at` is the instant its files speak of; `change` is what its versions are kept under.

    `counts` holds for each noun how many records it created, changed and found as they were, and `money` what is
    new and by how much the changed differ, by currency in minor units; `reached` the last key written of each noun,
    with which a killed import goes on where it was. `refused` says of each noun how many rows were left out.
    `folder` is the name of where its problems are kept for a while, in the office's `imports`, with the rows to mend,
    of which there are `to_mend`.
    """

    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    source = models.CharField(max_length=60, default="", blank=True)
    files = models.JSONField(default=list)
    folder = models.CharField(max_length=60, default="", blank=True)
    state = models.CharField(max_length=20, choices=STATES, default="applying")
    change = models.OneToOneField(Change, models.PROTECT, related_name="imported")
    counts = models.JSONField(default=dict)
    money = models.JSONField(default=dict)
    reached = models.JSONField(default=dict)
    refused = models.JSONField(default=dict)
    to_mend = models.BigIntegerField(default=0)

    class Meta:
        db_table = "import_run"

    def __str__(self) -> str:
        return f"Import of {', '.join(self.files) or 'files'} on {self.started_at:%Y-%m-%d}"


class ImportUndo(models.Model):
    """The taking back of one import. `change` is what its versions are kept under; `reached` as for the import.

    `counts` holds for each noun how many records it deleted and put back, and how many stay in whole or in part
    because somebody changed them since; `LeftByUndo` says which.
    """

    run = models.OneToOneField(ImportRun, models.PROTECT, related_name="undoing")
    change = models.OneToOneField(Change, models.PROTECT, related_name="undid_import")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    reached = models.JSONField(default=dict)

    class Meta:
        db_table = "import_undo"

    def __str__(self) -> str:
        return f"Undoing of import {self.run_id}"


class LeftByUndo(models.Model):
    """A record that an undoing left as it is: whole where `columns` is empty, else in these columns."""

    undo = models.ForeignKey(ImportUndo, models.CASCADE, related_name="left")
    noun = models.CharField(max_length=60)
    record_id = models.CharField(max_length=KEY_LENGTH)
    columns = models.JSONField(default=list)

    class Meta:
        db_table = "import_undo_left"

    def __str__(self) -> str:
        return f"{self.noun} {self.record_id}"


def undone_imports() -> dict[int, int]:
    """The change of each import that was taken back, with the change that did it."""
    return dict(ImportUndo.objects.values_list("run__change_id", "change_id"))
