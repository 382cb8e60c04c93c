"""Telling people by mail what waits for them: each thing once, gathered for a while, one message of a kind at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from salesops.actions.enqueue import enqueue
from salesops.actions.mailing import MAIL_NOTICES, MOST_TRIES
from salesops.foundations.clock import Clock
from salesops.foundations.period import day_begins
from salesops.jobs.queue import forget_done
from salesops.records.change import Change
from salesops.records.job import WAITING, Job
from salesops.records.models import Activity, ActivityVersion
from salesops.records.notice import MENTION, REQUEST, TASK, WANTS, Notice
from salesops.records.record import FOREVER
from salesops.records.user import User
from salesops.records.zone import organisation_zone

# How long the first of a message waits for more of its kind, and how far apart two messages are.
GATHERED_FOR = {MENTION: timedelta(minutes=1), REQUEST: timedelta(minutes=1), TASK: timedelta()}
APART = timedelta(minutes=5)
MORNING = time_of_day(7)  # when people are told of the day's tasks, in the office's zone
MOST_LATE = timedelta(hours=1)  # a reminder that would come later than this does not come
NEWS_FOR = timedelta(days=1)
KEPT_FOR = timedelta(days=30)
LOOK_EVERY_SECONDS = 15.0
A_SHARE = 50  # of a worker's time, the looking takes at most one part in so many


class Noticing:
    """Called again and again it has people told; most calls cost nothing, and the rest a small part of the time."""

    def __init__(self, clock: Clock, *, every_seconds: float = LOOK_EVERY_SECONDS) -> None:
        self.clock = clock
        self.every_seconds = every_seconds
        self._next = 0.0

    def __call__(self) -> None:
        """Look every quarter of a minute, and less often where looking takes long, as among millions of tasks."""
        began = time.monotonic()
        if began < self._next:
            return
        plan_notices(self.clock)
        ended = time.monotonic()
        self._next = ended + max(self.every_seconds, A_SHARE * (ended - began))


def plan_notices(clock: Clock) -> None:
    """Note the tasks that are due by now, and have each login mailed what it was not told; nothing without mail."""
    if settings.SALESOPS_MAIL is None:
        return
    now = clock()
    note_due_tasks(now)
    untold = _untold(now).values_list("login", "kind").order_by("login", "kind").distinct()
    for login, kind in untold:
        _hand_to_a_job(login, kind, clock)
    old = Notice.objects.filter(at__lt=now - KEPT_FOR)
    if old.exists():
        old.delete()
        forget_done(MAIL_NOTICES, now)


def _untold(now: datetime) -> QuerySet[Notice]:
    """What no mail tells yet, but for what waited so long, for want of a worker or of mail, that it is no news."""
    return Notice.objects.filter(mail=None, at__gt=now - NEWS_FOR)


def _hand_to_a_job(login: int, kind: str, clock: Clock) -> None:
    """Have the login's next mail of the kind tell what no mail does yet: the one that waits, or a new one.

    The mail that waits is held meanwhile, so that no worker begins it between the look and the end. Where another
    worker handed the same over a moment ago, nothing is left to be told, and no mail is asked for.
    """
    key = f"notices {kind} {login}"
    with transaction.atomic():
        of_kind = Job.objects.filter(kind=MAIL_NOTICES, lock_key=key).order_by("-pk")
        job = of_kind.filter(state=WAITING).select_for_update().first()
        if job is None:
            last, soonest = of_kind.first(), clock() + GATHERED_FOR[kind]
            job = enqueue(
                None,
                MAIL_NOTICES,
                {"login": login, "kind": kind},
                clock,
                lock_key=key,
                run_after=max(soonest, last.run_after + APART) if last else soonest,
                most_attempts=MOST_TRIES,
            )
        if not _untold(clock()).filter(login=login, kind=kind).update(mail=job.pk):
            transaction.set_rollback(True)


def note_due_tasks(now: datetime) -> None:
    """Note for their owners the tasks that became due: in the morning those of the day, and each with a time then."""
    owners = dict(
        User.objects.filter(is_active=True, person__isnull=False, **{WANTS[TASK]: True})
        .values_list("person_id", "pk")
    )  # fmt: skip
    if not owners:
        return
    zone = organisation_zone()
    today = now.astimezone(ZoneInfo(zone)).date()
    begins, ends = day_begins(today, zone), day_begins(today + timedelta(days=1), zone)
    due = Activity.objects.filter(
        is_done=False, deleted_at=None, occurred_at__gte=begins, occurred_at__lt=ends
    )
    tasks = [
        (key, owners[owner], at)
        for key, owner, at in due.values_list("pk", "owner_id", "occurred_at")
        if owner in owners
    ]
    morning = morning_of(today, zone)
    noted = set(
        Notice.objects.filter(kind=TASK, at__gte=begins, at__lt=ends)
        .values_list("login_id", "record_id", "at")
    )  # fmt: skip
    new = [
        (login, key, at)
        for key, login, due_at in tasks
        for at in _moments(due_at, begins, morning, now)
        if (login, key, at) not in noted
    ]
    own = _put_there_since(morning, [key for _, key, at in new if at == morning])
    Notice.objects.bulk_create(
        [
            Notice(login_id=login, kind=TASK, noun="activity", record_id=key, at=at)
            for login, key, at in new
            if at != morning or (key, login) not in own
        ],
        ignore_conflicts=True,
    )


def morning_of(day: date, zone: str) -> datetime:
    """When people are told of the tasks of a day."""
    return datetime.combine(day, MORNING, ZoneInfo(zone))


def _moments(
    due_at: datetime, begins: datetime, morning: datetime, now: datetime
) -> Iterator[datetime]:
    """When its owner is told of a task of today, of those moments that have come."""
    has_a_time = due_at != begins
    if morning <= now and not (has_a_time and due_at <= morning):
        yield morning
    if has_a_time and due_at <= now < due_at + MOST_LATE:
        yield due_at


def _put_there_since(morning: datetime, keys: list[str]) -> set[tuple[str, int | None]]:
    """The tasks among those that somebody planned or changed after the morning, with who: they know of these."""
    versions = ActivityVersion.objects.filter(
        record_id__in=keys, ends_at=FOREVER, begins_at__gte=morning
    )
    opened = dict(versions.values_list("record_id", "opened_by"))
    actors = dict(
        Change.objects.filter(pk__in=[by for by in opened.values() if by])
        .values_list("pk", "actor_id")
    )  # fmt: skip
    return {(key, actors.get(by)) for key, by in opened.items() if by}
