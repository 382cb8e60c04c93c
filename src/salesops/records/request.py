"""What somebody asks of sales operations: its kind, who asked, how far it is, and each thing done with it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from salesops.records.fields import KEY_LENGTH

NEW, IN_PROGRESS, WAITING = "new", "in_progress", "waiting"
SOLVED, CLOSED, REOPENED = "solved", "closed", "reopened"
STATES = (
    (NEW, "New"),
    (IN_PROGRESS, "In progress"),
    (WAITING, "Waiting for the asker"),
    (SOLVED, "Solved"),
    (CLOSED, "Closed"),
    (REOPENED, "Reopened"),
)
RUNNING = frozenset({NEW, IN_PROGRESS, REOPENED})  # the clock of the service level runs
OPEN = RUNNING | {WAITING}
PRIORITIES = ((1, "Urgent"), (2, "High"), (3, "Normal"), (4, "Low"))

ASKED, REPLY, NOTE, STATE, OWNER, EFFORT, SORTED, UNDONE = (
    "asked", "reply", "note", "state", "owner", "effort", "sorted", "undone",
)  # fmt: skip


def _login() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )


class RequestKind(models.Model):
    """A kind of request: what to ask for it, how soon it is answered and solved, and who has it first.

    What is `is_secret` is seen by who asked, the `handlers`, who has it, and administrators. Times are minutes
    of business hours.
    """

    key = models.CharField(max_length=60, primary_key=True)
    name = models.CharField(max_length=80)
    asks = models.TextField(default="", blank=True)
    priority = models.SmallIntegerField(choices=PRIORITIES, default=3)
    answer_minutes = models.IntegerField()
    solve_minutes = models.IntegerField()
    owner = _login()
    is_secret = models.BooleanField(default=False)
    handlers = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+")
    is_offered = models.BooleanField(default=True)
    position = models.IntegerField(default=0)

    class Meta:
        db_table = "request_kind"
        ordering: ClassVar = ["position", "name", "key"]

    def __str__(self) -> str:
        return self.name


class Request(models.Model):
    """One request. What it was asked with stands; where it is follows from its events, see `request_course`.

    `answer_minutes` and `solve_minutes` are the service level it was asked under. `clock_seconds` is how long
    that clock ran in business hours until it last stopped, `clock_since` since when it runs. `due_at` is when
    the next of the two times is over; null while the clock stands.
    """

    kind = models.ForeignKey(RequestKind, models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    needed = models.TextField()
    wanted_on = models.DateField(null=True, blank=True)
    asker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    priority = models.SmallIntegerField(choices=PRIORITIES)
    answer_minutes = models.IntegerField()
    solve_minutes = models.IntegerField()

    state = models.CharField(max_length=12, choices=STATES, default=NEW)
    owner = _login()
    answered_at = models.DateTimeField(null=True)
    answer_seconds = models.BigIntegerField(null=True)
    solved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    clock_seconds = models.BigIntegerField(default=0)
    clock_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    reopened = models.IntegerField(default=0)
    effort_minutes = models.IntegerField(default=0)

    class Meta:
        db_table = "request"
        indexes = (
            models.Index(fields=["state", "due_at"], name="request_due"),
            models.Index(fields=["asker", "-id"], name="request_asker"),
            models.Index(fields=["owner", "state"], name="request_owner"),
        )
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=[s for s, _ in STATES]), name="request_state"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What people call it: R-12."""
        return f"R-{self.pk}"


class RequestEvent(models.Model):
    """One thing done with a request, by whom and when its change tells. Added, never changed or removed.

    What it says depends on `act`: the words of a reply or a note, the new state, the new owner, minutes spent, or
    the kind and priority it was sorted under. One that `undoes` another takes it back.
    """

    request = models.ForeignKey(Request, models.PROTECT, related_name="events")
    change = models.ForeignKey("records.Change", models.PROTECT, related_name="+")
    act = models.CharField(max_length=10)
    text = models.TextField(default="", blank=True)
    state = models.CharField(max_length=12, default="", blank=True)
    owner = _login()
    minutes = models.IntegerField(null=True)
    kind = models.ForeignKey(RequestKind, models.PROTECT, null=True, related_name="+")
    priority = models.SmallIntegerField(null=True)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone")

    class Meta:
        db_table = "request_event"
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.act} of R-{self.request_id}"


class RequestLink(models.Model):
    """A record a request is about; who may not see the record does not see it here either."""

    request = models.ForeignKey(Request, models.PROTECT, related_name="links")
    noun = models.CharField(max_length=60)
    record_id = models.CharField(max_length=KEY_LENGTH)

    class Meta:
        db_table = "request_link"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["request", "noun", "record_id"], name="request_link_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.noun} {self.record_id}"


class CannedAnswer(models.Model):
    """Words that were written once and are sent often."""

    title = models.CharField(max_length=80)
    text = models.TextField()
    is_offered = models.BooleanField(default=True)

    class Meta:
        db_table = "canned_answer"
        ordering: ClassVar = ["title", "id"]

    def __str__(self) -> str:
        return self.title
