"""Which job is whose: claiming, holding and ending them, so that each has its effect once.

A worker that claims a job raises its claim number and holds it until its lease runs out; it renews the lease
while it lives. When it dies, or stands still for too long, another claims the job under the next number, and what
the first still writes is refused with its transaction.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from salesops.foundations.problem import Refusal
from salesops.foundations.schedule import next_time
from salesops.records.job import CANCELLED, DONE, FAILED, RUNNING, WAITING, Job

LEASE = timedelta(seconds=15)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
STOPPED = "Stopped, as you asked."
UNTIL_IT_PASSED = timedelta(seconds=30)
DONE_KEPT_FOR = timedelta(days=7)


class NotNow(Exception):
    """Something that passes keeps the work from going on; its sentence is told, and it is tried again without end."""


class Again(Exception):
    """What may go better later; its sentence is told, and it is tried again until the job's tries are used up."""


def claim(worker: str, now: datetime, lease: timedelta = LEASE) -> Job | None:
    """The most urgent job that may run now, held by `worker`; None where there is none."""
    while _to_do(now).exists():  # most looks find nothing, and shall not take a lock for it
        try:
            with transaction.atomic():
                job = (
                    _to_do(now)
                    .select_for_update(skip_locked=True, of=("self",))
                    .order_by("-priority", "run_after", "id")
                    .first()
                )
                if job is None:
                    return None
                if _take(job, worker, now, lease):
                    return job
        except IntegrityError:  # another job of its key was claimed a moment ago
            continue
    return None


def pause_after(attempts: int) -> timedelta:
    """How long to wait before trying again what failed `attempts` times."""
    return min(FIRST_PAUSE * int(4 ** min(attempts - 1, 10)), LONGEST_PAUSE)


def hold(job: Job, now: datetime, lease: timedelta, told: Mapping[str, Any]) -> bool | None:
    """Renew the lease and write down progress. Returns whether cancelling is wished; None when it is lost."""
    held = _held(job)
    if not held.update(leased_until=now + lease, **told):
        return None
    return held.values_list("is_cancel_wished", flat=True).first()


def end(job: Job, state: str, now: datetime, **said: Any) -> bool:
    """End a run that is still held; what is scheduled waits for its next time. Returns whether it was held."""
    with transaction.atomic():
        ended = _held(job).update(
            state=state, leased_until=None, ended_at=now, **({"error": ""} | said)
        )
        if ended and job.schedule:
            _again(job, now)
    return bool(ended)


def fail(job: Job, error: Exception, now: datetime) -> None:
    """Wait and try again, or give up: at once where the work itself says that it cannot be done."""
    if isinstance(error, NotNow):
        _held(job).update(
            state=WAITING,
            leased_until=None,
            error=str(error),
            run_after=now + UNTIL_IT_PASSED,
            attempts=F("attempts") - 1,
        )
        return
    is_final = isinstance(error, Refusal)
    sentence = str(error) if is_final or isinstance(error, Again) else _mistake(error)
    if is_final or job.attempts >= job.most_attempts:
        end(job, FAILED, now, error=sentence)
        return
    _held(job).update(
        state=WAITING,
        leased_until=None,
        error=sentence,
        run_after=now + pause_after(job.attempts),
    )


def release(job: Job) -> None:
    """Give a job back as if it had not been tried; the next worker takes it at once."""
    _held(job).update(state=WAITING, leased_until=None, attempts=F("attempts") - 1)


def forget_done(kind: str, now: datetime) -> None:
    """Remove the runs of a kind that ended well a week ago, but for the last: they would be as many as there are edits."""
    done = Job.objects.filter(kind=kind, state=DONE)
    last = done.order_by("-pk").first()
    if last is not None:
        done.filter(ended_at__lt=now - DONE_KEPT_FOR, pk__lt=last.pk).delete()


def _held(job: Job) -> QuerySet[Job]:
    return Job.objects.filter(pk=job.pk, claim=job.claim, state=RUNNING)


def _to_do(now: datetime) -> QuerySet[Job]:
    key_is_taken = Job.objects.filter(state=RUNNING, lock_key=OuterRef("lock_key")).exclude(
        lock_key=""
    )
    return Job.objects.filter(state__in=(WAITING, RUNNING)).filter(
        (Q(state=WAITING, run_after__lte=now) & ~Exists(key_is_taken))
        | Q(state=RUNNING, leased_until__lt=now)
    )


def _take(job: Job, worker: str, now: datetime, lease: timedelta) -> bool:
    """Hold the job that was found. One whose holder was lost may have been cancelled, or lost too often."""
    was_lost = job.state == RUNNING
    job.claim += 1
    job.state = RUNNING
    job.worker = worker
    job.leased_until = now + lease
    job.begun_at = job.begun_at or now
    gives_up = was_lost and job.attempts >= job.most_attempts
    job.attempts += 1
    job.save(update_fields=["claim", "state", "worker", "leased_until", "begun_at", "attempts"])
    if job.is_cancel_wished:
        end(job, CANCELLED, now, error=STOPPED)
        return False
    if gives_up:
        end(
            job, FAILED, now, error=f"Whoever ran it ended before it did, {job.attempts - 1} times."
        )
        return False
    return True


def _again(job: Job, now: datetime) -> None:
    Job.objects.create(
        kind=job.kind,
        arguments=job.arguments,
        lock_key=job.lock_key,
        priority=job.priority,
        schedule=job.schedule,
        run_after=next_time(job.schedule, now),
        most_attempts=job.most_attempts,
        asked_by_id=job.asked_by_id,
        asked_at=now,
    )


def _mistake(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" in {last[0].name}" if last else ""
    return f"salesops made a mistake ({type(error).__name__}: {error}{where}). Please report it."
