"""Which job runs, when, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from salesops.actions.cancel_job import cancel_job
from salesops.actions.enqueue import enqueue
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.importers.model import Cancelled
from salesops.jobs import queue
from salesops.jobs.work import Lost, Released, Work
from salesops.jobs.worker import Worker
from salesops.records.activity import Activity
from salesops.records.change import Change
from salesops.records.job import CANCELLED, DONE, FAILED, RUNNING, WAITING, Job
from salesops.records.user import User
from tests.jobs_office.kinds import KINDS

pytestmark = pytest.mark.django_db
MAY = datetime(2026, 5, 1, 9, 30, tzinfo=UTC)


class Hands:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = MAY

    def __call__(self) -> datetime:
        return self.now

    def on(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Hands:
    """Half past nine on the first of May."""
    return Hands()


def _run(clock: Clock, **kinds: Callable[[Work], object]) -> Job | None:
    """Let a worker run one job; returns how it is then."""
    ran = Worker({**KINDS, **kinds}, clock).run_one()
    return Job.objects.exclude(begun_at=None).order_by("-claim", "-id").first() if ran else None


def _claimed(clock: Hands) -> Job:
    job = queue.claim("one", clock())
    assert job is not None
    return job


def _ask(clock: Clock, kind: str = "leave_a_mark", **more: object) -> Job:
    return enqueue(None, kind, {"tenths": 0}, clock, **more)  # type: ignore[arg-type]


def test_a_job_is_there_when_its_change_is_and_not_otherwise(clock: Hands) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        _ask(clock).save(force_insert=True)  # the same key again
    assert not Job.objects.exists()
    with transaction.atomic():
        _ask(clock)
    assert Job.objects.exists()


def test_a_job_that_was_done_says_its_result_and_is_not_run_again(clock: Hands) -> None:
    _ask(clock, "answer")
    job = _run(clock, answer=lambda _: {"counted": 3})
    assert job is not None
    assert (job.state, job.result, job.attempts, job.ended_at) == (DONE, {"counted": 3}, 1, MAY)
    clock.on(days=1)
    assert _run(clock) is None


def test_the_more_urgent_goes_first_then_the_one_that_waited_longer(clock: Hands) -> None:
    _ask(clock, run_after=MAY - timedelta(minutes=1))
    _ask(clock, run_after=MAY - timedelta(minutes=2))
    _ask(clock, priority=5)
    _ask(clock, priority=-5, run_after=MAY - timedelta(days=1))
    first, second, urgent, least = Job.objects.order_by("id")
    assert [_claimed(clock).pk for _ in range(4)] == [urgent.pk, second.pk, first.pk, least.pk]
    assert queue.claim("one", clock()) is None


def test_a_job_waits_for_its_time(clock: Hands) -> None:
    _ask(clock, run_after=MAY + timedelta(hours=1))
    assert queue.claim("one", clock()) is None
    clock.on(hours=1)
    assert _claimed(clock)


def test_of_those_with_one_key_one_runs_at_a_time(clock: Hands) -> None:
    for key in ("book", "book", "", ""):
        _ask(clock, lock_key=key)
    held = [_claimed(clock) for _ in range(3)]
    assert [j.lock_key for j in held] == ["book", "", ""]
    assert queue.claim("one", clock()) is None
    queue.end(held[0], DONE, clock())
    assert _claimed(clock).lock_key == "book"


def test_the_database_itself_refuses_two_that_run_with_one_key(clock: Hands) -> None:
    for _ in range(2):
        _ask(clock, lock_key="book")
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.update(state=RUNNING)


def test_what_fails_is_tried_again_later_and_later(clock: Hands) -> None:
    job = enqueue(None, "fail_at_first", {"works_at": 3}, clock)
    waits = []
    for _ in range(2):
        _run(clock)
        job.refresh_from_db()
        assert job.state == WAITING
        waits.append((job.run_after - clock()).total_seconds())
        assert _run(clock) is None
        clock.now = job.run_after
    _run(clock)
    job.refresh_from_db()
    assert waits == [5, 20]
    assert (job.state, job.result, job.error) == (DONE, "at try 3", "")


def test_the_wait_grows_to_an_hour_and_no_further() -> None:
    assert [queue.pause_after(n).total_seconds() for n in (1, 2, 3, 4, 5, 6, 99)] == [
        5, 20, 80, 320, 1280, 3600, 3600,
    ]  # fmt: skip


def test_what_fails_too_often_has_failed_and_says_why_in_a_sentence(clock: Hands) -> None:
    job = enqueue(None, "fail_at_first", {"works_at": 9}, clock, most_attempts=2)
    for _ in range(2):
        assert _run(clock)
        clock.on(hours=1)
    job.refresh_from_db()
    assert job.state == FAILED
    assert job.error.startswith("salesops made a mistake (ValueError: Not yet in fail_at_first)")


def test_what_cannot_be_done_is_not_tried_again(clock: Hands) -> None:
    _ask(clock, "refuse")
    job = _run(clock)
    assert job is not None
    assert (job.state, job.error) == (FAILED, "The file is gone. Send it again.")


def test_work_nobody_knows_fails_with_a_sentence(clock: Hands) -> None:
    _ask(clock, "juggle")
    job = _run(clock)
    assert job is not None
    assert job.state == FAILED
    assert "juggle" in job.error


def test_a_job_that_ends_its_worker_each_time_is_given_up(clock: Hands) -> None:
    job = _ask(clock, most_attempts=3)
    for _ in range(3):
        assert _claimed(clock)
        clock.on(minutes=1)
    assert queue.claim("one", clock()) is None
    job.refresh_from_db()
    assert (job.state, job.error) == (FAILED, "Whoever ran it ended before it did, 3 times.")


def test_who_lost_a_job_can_neither_write_nor_end_it(clock: Hands) -> None:
    _ask(clock)
    slow = Work(_claimed(clock), clock, queue.LEASE)
    clock.on(minutes=1)
    quick = Work(_claimed(clock), clock, queue.LEASE)
    with pytest.raises(Lost), slow.effect():
        Activity.objects.create(subject="from the grave")
    assert not queue.end(slow.job, DONE, clock())
    queue.fail(slow.job, ValueError(), clock())
    queue.release(slow.job)
    assert queue.hold(slow.job, clock(), queue.LEASE, {}) is None
    assert not Activity.objects.exists()
    with quick.effect():
        Activity.objects.create(subject="once")
        quick.finish()
    assert Job.objects.get().state == DONE
    assert Activity.objects.count() == 1


def _finish_and_break(work: Work) -> None:
    with work.effect():
        work.finish()
        Activity.objects.create(id="one", subject="the same key again")


def test_an_effect_that_fails_leaves_the_job_unfinished(clock: Hands) -> None:
    _ask(clock)
    work = Work(_claimed(clock), clock, queue.LEASE)
    Activity.objects.create(id="one")
    with pytest.raises(DatabaseError):
        _finish_and_break(work)
    assert not work.is_finished
    assert (Job.objects.get().state, Activity.objects.get().subject) == (RUNNING, None)


def test_what_an_effect_keeps_is_there_for_the_next_try(clock: Hands) -> None:
    _ask(clock)
    work = Work(_claimed(clock), clock, queue.LEASE)
    work.kept["next"] = 7
    with work.effect():
        pass
    queue.release(work.job)
    assert Work(_claimed(clock), clock, queue.LEASE).kept == {"next": 7}


def test_told_to_stop_a_run_ends_at_its_next_word(clock: Hands) -> None:
    _ask(clock)
    work = Work(_claimed(clock), clock, queue.LEASE)
    work("Counting", 1, 3)
    work.must_end_by = 0.0
    with pytest.raises(Released):
        work("Counting", 2, 3)
    work.is_cancelled.set()
    with pytest.raises(Cancelled):
        work("Counting", 3, 3)


def test_scheduled_work_comes_again_however_it_ended(clock: Hands) -> None:
    _ask(clock, "refuse", schedule="30 2 * * *", lock_key="night")
    _run(clock)
    again = Job.objects.get(state=WAITING)
    assert again.run_after == datetime(2026, 5, 2, 2, 30, tzinfo=UTC)
    assert (again.kind, again.lock_key, again.schedule) == ("refuse", "night", "30 2 * * *")
    clock.now = again.run_after
    _run(clock)
    assert Job.objects.filter(state=FAILED).count() == 2
    assert Job.objects.filter(state=WAITING).count() == 1


def test_a_schedule_nobody_can_read_is_refused_when_it_is_asked_for(clock: Hands) -> None:
    with pytest.raises(Refusal, match="not a time"):
        _ask(clock, schedule="soon")


@pytest.fixture
def people() -> dict[str, User]:
    """Alice asked; Bob sells as well; the manager is of sales operations."""
    return {
        name: User.objects.create_user(f"{name}@example.com", role=role)
        for name, role in (("alice", "analyst"), ("bob", "salesperson"), ("manager", "manager"))
    }


def test_a_waiting_job_that_is_cancelled_is_never_run_nor_comes_again(
    clock: Hands, people: dict[str, User]
) -> None:
    job = enqueue(people["alice"], "leave_a_mark", {}, clock, schedule="every day")
    cancel_job(people["alice"], job, clock)
    job.refresh_from_db()
    assert (job.state, job.error) == (CANCELLED, "Stopped before it began.")
    assert _run(clock) is None
    assert Job.objects.count() == 1
    assert Change.objects.get().verb == "cancel_job"


def test_a_running_job_hears_that_it_is_cancelled(clock: Hands, people: dict[str, User]) -> None:
    job = enqueue(people["alice"], "leave_a_mark", {}, clock)
    held = _claimed(clock)
    cancel_job(people["manager"], job, clock)
    assert queue.hold(held, clock(), queue.LEASE, {}) is True
    # Its worker dies before it hears it: the next does not begin what is not wanted any more.
    clock.on(minutes=1)
    assert _run(clock) is None
    job.refresh_from_db()
    assert job.state == CANCELLED


def test_others_may_not_cancel_and_nobody_what_has_ended(
    clock: Hands, people: dict[str, User]
) -> None:
    job = enqueue(people["alice"], "leave_a_mark", {}, clock)
    with pytest.raises(Refusal, match="Only who asked"):
        cancel_job(people["bob"], job, clock)
    _run(clock)
    with pytest.raises(Refusal, match="has ended"):
        cancel_job(people["alice"], job, clock)
    assert not Change.objects.exists()


def test_looking_for_work_where_there_is_none_takes_no_lock(clock: Hands) -> None:
    with connection.execute_wrapper(_no_writes):
        assert queue.claim("one", clock()) is None


def _no_writes(
    execute: Callable[..., object], sql: str, params: object, many: bool, context: object
) -> object:
    assert sql.lstrip().upper().startswith("SELECT"), sql
    assert "FOR UPDATE" not in sql
    return execute(sql, params, many, context)


def test_what_was_done_well_is_forgotten_after_a_week_but_for_the_last_and_what_failed(
    clock: Hands,
) -> None:
    for kind in ("leave_a_mark", "leave_a_mark", "fail", "another", "another"):
        job = _ask(clock, kind)
        state = FAILED if kind == "fail" else DONE
        Job.objects.filter(pk=job.pk).update(state=state, ended_at=clock())
    clock.on(days=6)
    queue.forget_done("leave_a_mark", clock())
    assert Job.objects.count() == 5
    clock.on(days=2)
    for kind in ("leave_a_mark", "fail"):
        queue.forget_done(kind, clock())
    kinds = Job.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["leave_a_mark", "fail", "another", "another"]
