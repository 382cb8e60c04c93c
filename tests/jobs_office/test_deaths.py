"""Workers are killed and stopped at any moment: each job ends, and has its effect once."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection

from salesops.actions.enqueue import enqueue
from salesops.foundations.clock import system_clock
from salesops.records.activity import Activity
from salesops.records.job import CANCELLED, DONE, RUNNING, WAITING, Job
from tests.jobs_office.conftest import LOG, Start, until

KILLS = 32


def _ask(kind: str, **arguments: object) -> Job:
    return enqueue(None, kind, arguments, system_clock, most_attempts=1_000)


def _holder(job: Job) -> int:
    return int(job.worker.rsplit(":", 1)[1])


def _kill_while_they_work(kills: int, kind: str) -> None:
    """Kill workers that hold a job, each a random part of its time into it."""
    chance = random.Random(7)
    killed = 0
    while killed < kills:
        if not Job.objects.filter(state=WAITING).exists():
            _ask(kind)
        until(lambda: Job.objects.filter(state=RUNNING).exists(), "a job that runs")
        time.sleep(chance.random() * 0.3)
        running = list(Job.objects.filter(state=RUNNING))
        for job in chance.sample(running, min(1, len(running))):
            try:
                os.kill(_holder(job), signal.SIGKILL)
                killed += 1
            except ProcessLookupError:  # killed before; its lease still runs
                time.sleep(0.05)


def _effects() -> Counter[str | None]:
    return Counter(Activity.objects.values_list("subject", flat=True))


def test_killed_workers_leave_no_job_unfinished_and_none_done_twice(start: Start) -> None:
    for _ in range(50):
        _ask("leave_a_mark")
    start(1, 3)
    _kill_while_they_work(KILLS, "leave_a_mark")
    until(lambda: not Job.objects.exclude(state=DONE).exists(), "the end of all jobs")
    assert Job.objects.count() >= 50
    assert _effects() == {str(pk): 1 for pk in Job.objects.values_list("pk", flat=True)}


def test_a_naive_worker_fails_the_same_test(start: Start) -> None:
    for _ in range(12):
        _ask("leave_a_mark")
    start(1, 3, "naive")
    _kill_while_they_work(6, "leave_a_mark")
    until(lambda: not Job.objects.filter(state=WAITING).exists(), "the last claim")
    time.sleep(1)
    effects = _effects()
    assert [j for j in Job.objects.all() if j.state != DONE or effects[str(j.pk)] != 1]


def test_work_of_many_steps_goes_on_where_a_killed_worker_left_it(start: Start) -> None:
    for _ in range(4):
        _ask("leave_many")
    start(1, 2)
    _kill_while_they_work(6, "leave_many")
    until(lambda: not Job.objects.exclude(state=DONE).exists(), "the end of all jobs")
    assert set(_effects().values()) == {1}
    assert Activity.objects.count() == 10 * Job.objects.count()


def test_a_worker_that_stood_still_and_comes_back_has_no_effect(
    start: Start, tmp_path: Path
) -> None:
    file = tmp_path / "go"
    job = _ask("wait_for_file", file=str(file), deaf=True)
    first = start(1)
    until(file.with_suffix(".begun").exists, "the first worker's begin")
    first.send_signal(signal.SIGSTOP)
    start(1)
    until(lambda: Job.objects.get(pk=job.pk).claim == 2, "the second worker's claim")
    file.touch()
    until(lambda: Job.objects.get(pk=job.pk).state == DONE, "the second worker's end")
    first.send_signal(signal.SIGCONT)
    until(lambda: "is another worker's by now" in (tmp_path / LOG).read_text(), "the first's end")
    assert _effects() == {str(job.pk): 1}
    assert _holder(Job.objects.get(pk=job.pk)) != first.pid


def test_a_worker_asked_to_end_gives_its_job_back(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "go"
    job = _ask("wait_for_file", file=str(file))
    worker = start(60)  # so that nobody takes it for lost
    until(file.with_suffix(".begun").exists, "the begin")
    worker.terminate()
    assert worker.wait(60) == 0
    given_back = Job.objects.get(pk=job.pk)
    assert (given_back.state, given_back.attempts) == (WAITING, 0)
    file.touch()
    start(60)
    until(lambda: Job.objects.get(pk=job.pk).state == DONE, "the end by another worker")
    assert _effects() == {str(job.pk): 1}


def test_a_worker_asked_to_end_finishes_what_is_nearly_done(start: Start) -> None:
    job = _ask("leave_a_mark", tenths=2)
    worker = start(60, seconds_to_finish=60)
    until(lambda: Job.objects.filter(state=RUNNING).exists(), "the begin")
    worker.terminate()
    assert worker.wait(60) == 0
    assert Job.objects.get(pk=job.pk).state == DONE


def test_a_running_job_that_is_cancelled_stops_and_leaves_nothing(
    start: Start, tmp_path: Path
) -> None:
    file = tmp_path / "go"
    job = _ask("wait_for_file", file=str(file))
    start(5)
    until(file.with_suffix(".begun").exists, "the begin")
    Job.objects.filter(pk=job.pk).update(is_cancel_wished=True)
    until(lambda: Job.objects.get(pk=job.pk).state == CANCELLED, "the end")
    ended = Job.objects.get(pk=job.pk)
    assert (ended.step, ended.error) == ("Waiting for a file", "Stopped, as you asked.")
    assert not _effects()


@pytest.mark.postgresql  # SQLite has no server that could end a connection
def test_a_worker_whose_connections_the_database_ends_goes_on(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "go"
    job = _ask("wait_for_file", file=str(file), deaf=True)
    worker = start(1)
    until(file.with_suffix(".begun").exists, "the begin")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    file.touch()
    until(lambda: Job.objects.get(pk=job.pk).state == DONE, "the end")
    assert _effects() == {str(job.pk): 1}
    assert worker.poll() is None
