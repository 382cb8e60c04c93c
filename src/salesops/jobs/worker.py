"""A worker: takes one job after the other, holds it with a heartbeat, and gives it back when asked to end."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import Error, connection

from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.importers.model import Cancelled
from salesops.jobs import queue
from salesops.jobs.work import Lost, Released, Work
from salesops.records.job import CANCELLED

Kind = Callable[[Work], Any]
LOOK_EVERY_SECONDS = 0.4
BEAT_SECONDS = 1.0
SECONDS_TO_FINISH = 5.0
SECONDS_AFTER_A_FAULT = 2.0

log = logging.getLogger("salesops.jobs")


class Worker:
    """Runs jobs of the kinds it knows until `stop` was called, one at a time."""

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        clock: Clock,
        *,
        lease: timedelta = queue.LEASE,
        seconds_to_finish: float = SECONDS_TO_FINISH,
        when_idle: Callable[[], object] = lambda: None,
    ) -> None:
        self.kinds = kinds
        self.clock = clock
        self.lease = lease
        self.seconds_to_finish = seconds_to_finish
        self.when_idle = when_idle
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        # Not an event: a signal's handler that sets one can wait for the very thread it interrupted.
        self._is_stopping = False
        self._work: Work | None = None

    def stop(self) -> None:
        """Take no further job; the one at hand has some seconds to end before it is given back."""
        self._is_stopping = True
        if self._work is not None:
            self._work.must_end_by = time.monotonic() + self.seconds_to_finish

    def run(self, goes_on: Callable[[], bool] = lambda: True) -> None:
        """Work until stopped, or until `goes_on` says no."""
        while not self._is_stopping and goes_on():
            try:
                pause = 0.0
                if not self.run_one():
                    self.when_idle()
                    pause = LOOK_EVERY_SECONDS
            except Error as error:  # it is away or too busy; what was held runs out by itself
                log.warning("The database does not answer: %s", error)
                connection.close()
                pause = SECONDS_AFTER_A_FAULT
            time.sleep(0.0 if self._is_stopping else pause)

    def run_one(self) -> bool:
        """Run the most urgent job that may run now. Returns whether there was one."""
        job = queue.claim(self.name, self.clock(), self.lease)
        if job is None:
            return False
        work = self._work = Work(job, self.clock, self.lease)
        if self._is_stopping:  # asked between the look and here
            self.stop()
        ended = threading.Event()
        heart = threading.Thread(target=self._beat, args=(work, ended), daemon=True)
        heart.start()
        try:
            self._do(work)
        finally:
            self._work = None
            ended.set()
            heart.join()
        return True

    def _do(self, work: Work) -> None:
        job = work.job
        try:
            kind = self.kinds.get(job.kind)
            if kind is None:
                raise Refusal(f"This version of salesops knows no work called “{job.kind}”.")
            result = kind(work)
            if not work.is_finished:
                with work.effect():
                    work.finish(result)
        except Lost:
            log.warning("Job %s is another worker's by now; what this one did is dropped.", job)
        except Released:
            queue.release(job)
        except Exception as error:
            if isinstance(error, Cancelled) or work.is_cancelled.is_set():
                queue.end(job, CANCELLED, self.clock(), error=queue.STOPPED)
                return
            if not isinstance(error, Refusal | queue.NotNow | queue.Again):
                log.exception("Job %s failed at try %s.", job, job.attempts)
            queue.fail(job, error, self.clock())

    def _beat(self, work: Work, ended: threading.Event) -> None:
        """Hold the job while it runs. A beat that the database refuses is followed by the next."""
        seconds = min(BEAT_SECONDS, self.lease.total_seconds() / 5)
        try:
            while not ended.wait(seconds):
                try:
                    wished = queue.hold(work.job, self.clock(), self.lease, work.told())
                except Error as error:
                    log.warning("Job %s could not be held for a moment: %s", work.job, error)
                    connection.close()
                    continue
                if wished is None:
                    work.is_lost.set()
                    return
                if wished:
                    work.is_cancelled.set()
        finally:
            connection.close()


def run_until_told(worker: Worker, goes_on: Callable[[], bool] = lambda: True) -> None:
    """Work until the process is asked to end, by SIGTERM or Ctrl-C. Only in a main thread."""
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda _number, _frame: worker.stop())
    worker.run(goes_on)
