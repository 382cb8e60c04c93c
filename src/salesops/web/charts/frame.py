"""Scales shared by the charts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape

__all__ = ["escape", "grid", "round_lines", "scale", "spread", "ticks"]

MOST_LABELS = 12


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


def round_lines(low: float, high: float) -> list[float]:
    """Some three round values between low and high, for lines across."""
    if high <= low:
        return []
    step = _rounded((high - low) / 3)
    first = int(low // step) * step
    return [first + step * i for i in range(1, 6) if low <= first + step * i <= high]


def grid(
    lines: Iterable[tuple[float, str]], y: Callable[[float], float], left: int, right: int
) -> str:
    """SVG of a line across for each value, with its words on the left of it."""
    return "".join(
        f'<line class="grid" x1="{left}" x2="{right}" y1="{y(v):.1f}" y2="{y(v):.1f}"/>'
        f'<text class="tick" x="{left - 8}" y="{y(v) + 4:.1f}" text-anchor="end">{escape(words)}</text>'
        for v, words in lines
    )


def ticks(labels: Sequence[str], x: Callable[[int], float], y: float) -> str:
    """The labels below a chart, the last and so many before it as can be read."""
    every = -(-len(labels) // MOST_LABELS)
    return "".join(
        f'<text class="tick" x="{x(i):.1f}" y="{y}" text-anchor="middle">{escape(label)}</text>'
        for i, label in enumerate(labels)
        if (len(labels) - 1 - i) % every == 0
    )


def _rounded(step: float) -> float:
    """The nearest of 1, 2, 2.5, 5 times a power of ten."""
    power = 1.0
    while power * 10 <= step:
        power *= 10
    while power > step:
        power /= 10
    return min((1, 2, 2.5, 5, 10), key=lambda m: abs(m * power - step)) * power
