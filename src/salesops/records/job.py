"""Long work that somebody asked for: it survives whoever runs it, and has its effect once."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"


class Job(models.Model):
    """One run of a piece of work. It is written in the transaction that wants it done, or not at all.

    A worker holds a running job until `leased_until` and puts that off while it lives. `claim` counts how
    often the job was taken: only the holder of the last number may have an effect. `kept` is what the work
    wrote down with its effects, to go on from there.
    """

    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict, blank=True)
    lock_key = models.CharField(
        max_length=200, default="", blank=True
    )  # one of a key runs at a time
    priority = models.SmallIntegerField(default=0)  # the higher first
    run_after = models.DateTimeField()
    schedule = models.CharField(max_length=100, default="", blank=True)  # see foundations.schedule

    state = models.CharField(max_length=10, default=WAITING)
    claim = models.BigIntegerField(default=0)
    attempts = models.IntegerField(default=0)
    most_attempts = models.IntegerField(default=5)
    leased_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=200, default="", blank=True)
    is_cancel_wished = models.BooleanField(default=False)
    kept = models.JSONField(default=dict, blank=True)

    step = models.CharField(max_length=200, default="", blank=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)

    result = models.JSONField(null=True)
    error = models.TextField(default="", blank=True)  # a sentence; also of a try that is made again
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    asked_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "job"
        indexes = (
            models.Index(
                fields=["-priority", "run_after", "id"],
                condition=Q(state__in=(WAITING, RUNNING)),
                name="job_to_do",
            ),
        )
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["lock_key"],
                condition=Q(state=RUNNING) & ~Q(lock_key=""),
                name="job_one_of_a_key",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
