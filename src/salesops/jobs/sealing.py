"""Sealing history while a worker has nothing else to do: a little at a time, so that no job waits for it."""

from __future__ import annotations

import time

from salesops.foundations.clock import Clock
from salesops.records.sealing import seal_some

LOOK_EVERY_SECONDS = 5.0


class Sealing:
    """Called again and again it seals what is new; most calls cost nothing."""

    def __init__(self, clock: Clock, *, every_seconds: float = LOOK_EVERY_SECONDS) -> None:
        self.clock = clock
        self.every_seconds = every_seconds
        self._next = 0.0

    def __call__(self) -> None:
        """Seal for up to half a second; where there is more, the next call goes on."""
        if time.monotonic() < self._next:
            return
        if seal_some(self.clock):
            self._next = time.monotonic() + self.every_seconds
