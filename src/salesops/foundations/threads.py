"""How many threads one question or import may use: two, or what SALESOPS_THREADS says."""

from __future__ import annotations

import os

from salesops.foundations.problem import Refusal

NAME = "SALESOPS_THREADS"
USUAL = 2  # a third would wait for memory more than it helps


def threads() -> int:
    """At least one; anything but a whole number from 1 is refused."""
    told = os.environ.get(NAME, "").strip()
    if not told:
        return USUAL
    if not (told.isascii() and told.isdigit() and int(told) >= 1):
        raise Refusal(f"{NAME} is “{told}”; it must be a whole number from 1, or not be set.")
    return int(told)
