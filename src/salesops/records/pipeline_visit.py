"""Up to which day a login last saw what changed in the pipeline; for nobody else's eyes."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class PipelineVisit(models.Model):
    """The last day of which the page was looked at, and the one before it. One row a login, written once for each day
    that the book comes to speak of."""

    login = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_constraint=False
    )
    day = models.DateField()
    before = models.DateField(null=True)

    objects: ClassVar[models.Manager[PipelineVisit]] = models.Manager()

    class Meta:
        db_table = "pipeline_visit"

    def __str__(self) -> str:
        return f"{self.login_id} up to {self.day}"
