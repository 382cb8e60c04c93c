"""A job's progress, kept in a file that any process may read while the job's own process writes it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from salesops.book.settings import write_whole
from salesops.foundations.clock import Clock

State = Literal["running", "done", "failed", "cancelled"]
WRITE_EVERY_SECONDS = 0.3


class Progress(BaseModel):
    """Where a job stands. `done` of `total` are in the step's own unit; `message` is for people."""

    kind: str
    state: State = "running"
    step: str = ""
    done: int = 0
    total: int = 0
    started_at: datetime
    step_started_at: datetime
    seen_at: datetime
    message: str = ""
    pid: int = 0

    @property
    def share(self) -> float | None:
        """How much of the step is done, 0 to 1; None while its size is not known."""
        return min(1.0, self.done / self.total) if self.total else None

    @property
    def rate(self) -> float | None:
        """Units of the step a second."""
        seconds = (self.seen_at - self.step_started_at).total_seconds()
        return self.done / seconds if seconds > 0.5 and self.done else None

    @property
    def seconds_left(self) -> float | None:
        """At the present rate, for this step."""
        return (self.total - self.done) / self.rate if self.rate and self.total else None


def read_progress(file: Path) -> Progress | None:
    """The progress in `file`. A running job whose process is gone is told as failed."""
    try:
        progress = Progress.model_validate_json(file.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    if progress.state == "running" and progress.pid and not _alive(progress.pid):
        return progress.model_copy(
            update={
                "state": "failed",
                "message": "The work stopped before its end. Nothing was changed; start it again.",
            }
        )
    return progress


def announce(file: Path, kind: str, pid: int, clock: Clock) -> None:
    """Say that the process `pid` is on a job, unless it has said so itself already."""
    now = clock()
    begun = Progress(kind=kind, started_at=now, step_started_at=now, seen_at=now, pid=pid)
    ready = file.with_suffix(".begun")
    ready.write_text(begun.model_dump_json(), "utf-8")
    # A link is made in one step and never in place of what the process wrote.
    with suppress(FileExistsError):
        os.link(ready, file)
    ready.unlink()


class ProgressFile:
    """Writes the progress of one job; call it as `file(step, done, total)`."""

    def __init__(self, file: Path, kind: str, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        now = clock()
        self.progress = Progress(
            kind=kind, started_at=now, step_started_at=now, seen_at=now, pid=os.getpid()
        )
        self._written = now
        self._write()

    def __call__(self, step: str, done: int, total: int) -> None:
        """Take note; written at most a few times a second."""
        now = self._clock()
        is_new = step != self.progress.step
        update: dict[str, object] = {"step": step, "done": done, "total": total, "seen_at": now}
        if is_new:
            update["step_started_at"] = now
        self.progress = self.progress.model_copy(update=update)
        if is_new or (now - self._written).total_seconds() >= WRITE_EVERY_SECONDS:
            self._written = now
            self._write()

    def end(self, state: State, message: str = "") -> None:
        """The job is over."""
        self.progress = self.progress.model_copy(
            update={"state": state, "message": message, "seen_at": self._clock()}
        )
        self._write()

    def _write(self) -> None:
        write_whole(self._file, self.progress.model_dump_json())


def silent(_step: str, _done: int, _total: int) -> None:
    """For those who do not watch."""


Watch = Callable[[str, int, int], None]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:  # a finished child nobody has waited for still answers the signal
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rsplit(")", 1)[1].split()[0]
    except (OSError, IndexError):
        return True
    return state != "Z"
