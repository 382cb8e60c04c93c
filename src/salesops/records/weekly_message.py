"""That a login was written to about a week, so that it is not again."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models


class WeeklyMessage(models.Model):
    """A login and the Monday of a week; once there, nobody asks for that message any more."""

    login = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_constraint=False
    )
    week = models.DateField()

    class Meta:
        db_table = "weekly_message"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["login", "week"], name="weekly_message_once")
        ]

    def __str__(self) -> str:
        return f"{self.login_id} about {self.week}"
