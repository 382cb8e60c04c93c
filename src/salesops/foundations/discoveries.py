"""Of many looks, those that are no work of chance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def discoveries(chances: Mapping[T, float], rate: float) -> dict[T, float]:
    """The looks among which at most a share `rate` is expected to be false (Benjamini and Hochberg 1995).

    The surest first, each with the lowest rate at which it would still be among them. Where nothing is there
    to be found, anything at all is found in that share of cases.
    """
    ordered = sorted(chances.items(), key=lambda item: item[1])
    found: dict[T, float] = {}
    lowest = 1.0
    for place in range(len(ordered), 0, -1):
        key, chance = ordered[place - 1]
        lowest = min(lowest, chance * len(ordered) / place)
        found[key] = lowest
    return {key: found[key] for key, _ in ordered if found[key] <= rate}
