"""An import into the records: what was brought in, by whom, how far it came, and what it did."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from salesops.records.change import Change

STATES = (
    ("applying", "Being written"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
    ("undone", "Undone"),
)


class ImportRun(models.Model):
    """One import. `seen_at` is the instant its files speak of; `change` is what its versions are kept under.

    `counts` holds for each noun how many records it created, changed and found as they were;
    `reached` the last key written of each noun, with which a killed import goes on where it was.
    """

    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    source = models.CharField(max_length=60, default="", blank=True)
    files = models.JSONField(default=list)
    state = models.CharField(max_length=20, choices=STATES, default="applying")
    change = models.OneToOneField(Change, models.PROTECT, related_name="imported")
    counts = models.JSONField(default=dict)
    reached = models.JSONField(default=dict)

    class Meta:
        db_table = "import_run"

    def __str__(self) -> str:
        return f"Import of {', '.join(self.files) or 'files'} on {self.started_at:%Y-%m-%d}"
