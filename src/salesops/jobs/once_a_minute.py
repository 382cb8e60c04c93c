"""What a worker does once a minute while it has nothing else to do."""

from __future__ import annotations

import time
from collections.abc import Callable

from salesops.foundations.clock import Clock

SECONDS = 60.0


class OnceAMinute:
    """Called again and again it does its work at most once a minute; most calls cost nothing."""

    def __init__(self, do: Callable[[Clock], object], clock: Clock) -> None:
        self._do, self._clock, self._next = do, clock, 0.0

    def __call__(self) -> None:
        """Do it, if the minute is over."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + SECONDS
            self._do(self._clock)
