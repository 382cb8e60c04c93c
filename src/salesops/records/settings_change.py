"""What people decided about an office's book, before and after each change; in force is what stands beside the book."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class SettingsChange(models.Model):
    """One change of the settings, under the change that tells who, when and why. Added, never changed or removed."""

    change = models.OneToOneField("records.Change", models.PROTECT, related_name="settings_change")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        db_table = "settings_change"

    def __str__(self) -> str:
        return f"settings at {self.change_id}"
