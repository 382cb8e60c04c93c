"""What a job's function is handed: its arguments, a way to tell progress, and the only way to have an effect."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import Error, transaction

from salesops.foundations.clock import Clock
from salesops.importers.model import Cancelled
from salesops.jobs import queue
from salesops.records.job import DONE, Job


class Lost(Exception):
    """Another worker has the job now; nothing of this one may count any more."""


class Released(Exception):
    """The worker ends and gives the job back."""


_FULL = ("disk is full", "no space left", "could not extend file")


@contextmanager
def until_there_is_room() -> Iterator[None]:
    """Where the disk of the database is full the work pauses and says so; it goes on when there is room again."""
    try:
        yield
    except Error as error:
        if not any(words in str(error).lower() for words in _FULL):
            raise
        raise queue.NotNow(
            "The disk that holds the records is full. What was done by now is kept; make room, and it goes on."
        ) from error


class Work:
    """One run of a job. Call it as `work(step, done, total)` to tell progress; it may raise to end the run."""

    def __init__(self, job: Job, clock: Clock, lease: timedelta) -> None:
        self.job = job
        self.arguments: dict[str, Any] = dict(job.arguments)
        self.kept: dict[str, Any] = dict(job.kept)
        self.clock = clock
        self.lease = lease
        self.is_finished = False
        self.is_lost = threading.Event()
        self.is_cancelled = threading.Event()
        self.must_end_by: float | None = None  # on time.monotonic, once the worker was asked to end
        self._progress: tuple[str, int, int] = (job.step, job.done, job.total)
        self._result: Any = None

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        """Tell how far it is; people see it within a second. Raises where the run must end here."""
        self._progress = (step[:200], done, total)
        self.check()

    def check(self) -> None:
        """Raise where the run must end here: cancelled, lost, or given back."""
        if self.is_lost.is_set():
            raise Lost
        if self.is_cancelled.is_set():
            raise Cancelled
        if self.must_end_by is not None and time.monotonic() > self.must_end_by:
            raise Released

    @contextmanager
    def effect(self) -> Iterator[None]:
        """What is written to the database inside counts whole and only while the job is still held.

        `kept` is saved with it. Effects elsewhere, such as files, may happen again after a death.
        """
        self.check()
        try:
            with transaction.atomic():
                yield
                # Last, so that nobody can take the job between this look and the end of the transaction.
                if not self._save():
                    raise Lost
        except BaseException:
            self.is_finished = False
            raise

    def finish(self, result: Any = None) -> None:
        """Inside an effect: the job is done with it, in the same transaction."""
        self.is_finished, self._result = True, result

    def told(self) -> dict[str, Any]:
        """The progress as the record has it."""
        return dict(zip(("step", "done", "total"), self._progress, strict=True))

    def _save(self) -> bool:
        now = self.clock()
        if self.is_finished:
            said = self.told() | {"kept": self.kept, "result": self._result}
            return queue.end(self.job, DONE, now, **said)
        return queue.hold(self.job, now, self.lease, {"kept": self.kept}) is not None
