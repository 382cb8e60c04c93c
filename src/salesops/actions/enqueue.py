"""Asking for long work: the job is there when the change that wants it is, and not otherwise."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from salesops.foundations.clock import Clock
from salesops.foundations.schedule import next_time
from salesops.records.job import Job
from salesops.records.user import User


def enqueue(
    actor: User | None,
    kind: str,
    arguments: dict[str, Any],
    clock: Clock,
    *,
    lock_key: str = "",
    priority: int = 0,
    run_after: datetime | None = None,
    schedule: str = "",
    most_attempts: int = 5,
) -> Job:
    """Have work done by a worker, as part of the transaction this is called in.

    Of those with one `lock_key` one runs at a time; the higher `priority` goes first. With a `schedule` it
    comes again after each end; its first time is `run_after`, or now.
    """
    now = clock()
    if schedule:
        next_time(schedule, now)  # refused now, and not when the first run ends
    return Job.objects.create(
        kind=kind,
        arguments=arguments,
        lock_key=lock_key,
        priority=priority,
        run_after=run_after or now,
        schedule=schedule,
        most_attempts=most_attempts,
        asked_by=actor,
        asked_at=now,
    )
