"""What somebody is to be told by mail: that they were mentioned, that a request of theirs moved, that a task is due."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from salesops.records.fields import KEY_LENGTH

MENTION, REQUEST, TASK = "mention", "request", "task"
KINDS = ((MENTION, "Mention"), (REQUEST, "Request"), (TASK, "Task"))
# The choice of a login that has each kind sent.
WANTS = {MENTION: "wants_mentions", REQUEST: "wants_requests", TASK: "wants_tasks"}


class Notice(models.Model):
    """One login to be told of one record, by the change that gave cause or, of a task, since it is due `at`.

    `mail` is the number of the job that tells it, null until one does. Whether its reader may still see the record,
    and whether it still waits for them, is asked when that mail is sent.
    """

    login = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_constraint=False
    )
    kind = models.CharField(max_length=10, choices=KINDS)
    noun = models.CharField(max_length=60)
    record_id = models.CharField(max_length=KEY_LENGTH)
    change = models.ForeignKey("records.Change", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    mail = models.BigIntegerField(null=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        db_table = "notice"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["login", "kind", "record_id", "change"], name="notice_once"
            ),
            models.UniqueConstraint(
                fields=["login", "record_id", "at"],
                condition=Q(change__isnull=True),
                name="notice_due_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["login", "kind"], condition=Q(mail__isnull=True), name="notice_untold"
            ),
            models.Index(fields=["mail"], name="notice_mail"),
            models.Index(fields=["at"], name="notice_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.noun} {self.record_id} for {self.login_id}"
