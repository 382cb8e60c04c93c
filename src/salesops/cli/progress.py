"""Progress at the terminal: the step, how much of it is done, how fast, and the time left."""

from __future__ import annotations

import signal
from types import FrameType, TracebackType
from typing import NoReturn

from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column
from rich.text import Text

from salesops.cli.terminal import err, say

_STEPS = ((1e9, "G"), (1e6, "M"), (1e3, "K"))


class Bar:
    """Watches a job; call it as `bar(step, done, total)`. Prints nothing where nobody looks.

    Ctrl-C stops the job even where something below it swallows the interruption or, as DuckDB does,
    tells it as an error of its own: it is raised again at the next step, and at the end.
    """

    def __init__(self) -> None:
        console = err()
        self._progress = Progress(
            TextColumn("{task.description}", table_column=Column(no_wrap=True), markup=False),
            BarColumn(bar_width=20),
            TaskProgressColumn(),
            _Rate(),
            TimeRemainingColumn(compact=True),
            transient=True,
            console=console,
            disable=not console.is_terminal,
        )
        self._step = "Looking"
        self._task = self._progress.add_task(self._step, total=None)
        self._is_stopped = False

    def __enter__(self) -> Bar:
        self._former = signal.signal(signal.SIGINT, self._stop)
        self._progress.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()
        signal.signal(signal.SIGINT, self._former)
        if self._is_stopped:
            say(err(), "Stopped. Nothing was changed.")
            raise KeyboardInterrupt from error

    def __call__(self, step: str, done: int, total: int) -> None:
        """Take note. A new step starts its own count, so that the rate is of that step alone."""
        if self._is_stopped:
            raise KeyboardInterrupt
        if step != self._step:
            self._step = step
            self._progress.reset(self._task, description=step)
        self._progress.update(self._task, completed=done, total=total or None)

    def _stop(self, _signal: int, _frame: FrameType | None) -> NoReturn:
        self._is_stopped = True
        raise KeyboardInterrupt


class _Rate(ProgressColumn):
    """Units of the step a second."""

    def render(self, task: Task) -> Text:
        """As 12.3M/s; empty until it is known."""
        return Text(f"{rate_in_words(task.speed)}/s" if task.speed else "", style="dim")


def rate_in_words(speed: float) -> str:
    """Three digits are enough to see whether it moves."""
    for size, letter in _STEPS:
        if speed >= size:
            return f"{speed / size:.1f}{letter}"
    return f"{speed:.0f}"
