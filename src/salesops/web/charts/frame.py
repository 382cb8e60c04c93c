"""Scales shared by the charts."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

__all__ = ["escape", "scale", "spread"]


def spread(values: Sequence[float], *, from_zero: bool = False) -> tuple[float, float]:
    """Lowest and highest with some room; never of no height."""
    low, high = min(values), max(values)
    if from_zero:
        low = min(0.0, low)
    room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    return (low if from_zero and low == 0 else low - room), high + room


def scale(value: float, low: float, high: float, length: float) -> float:
    """`value` between low and high as a place between 0 and `length`."""
    return (value - low) / (high - low) * length
