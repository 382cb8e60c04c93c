"""Measuring a process: how long a command took from start to end, and the most memory it held."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What a command took: seconds by the wall, seconds of processor, and its peak in MiB."""

    seconds: float
    processor: float
    peak: float


def cost_of(command: Sequence[str]) -> Cost:
    """Run a command to its end; its output goes where ours goes. Raises where it fails."""
    started = time.perf_counter()
    process = subprocess.Popen([sys.executable, *command])
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}.")
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
