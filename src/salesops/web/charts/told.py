"""What was foretold against what happened: a line, and dots on it or off it, each with what it lies between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from salesops.web.charts.frame import escape, grid, scale, spread, ticks

WIDTH, HEIGHT = 1080, 250
LEFT, RIGHT, TOP, BOTTOM = 70, 26, 12, 28


@dataclass(frozen=True)
class Point:
    """One place along the line; `said` has both in words."""

    label: str
    foretold: float
    happened: float | None
    said: str
    low: float | None = None
    high: float | None = None


def told(points: Sequence[Point], title: str, axis: Sequence[tuple[float, str]]) -> SafeString:
    """SVG of the points in order. `axis` holds values with their words for lines across."""
    if not points:
        return mark_safe("")
    low, high = spread([v for v in values(points) if v is not None] + [v for v, _ in axis])
    step = (WIDTH - LEFT - RIGHT) / len(points)

    def x(place: int) -> float:
        return LEFT + (place + 0.5) * step

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - scale(value, low, high, 1.0))

    line = " ".join(f"{x(i):.1f},{y(p.foretold):.1f}" for i, p in enumerate(points))
    parts = [grid(axis, y, LEFT, WIDTH - RIGHT), f'<polyline class="foretold" points="{line}"/>']
    for i, p in enumerate(points):
        across = f"{x(i):.1f}"
        if p.low is not None and p.high is not None:
            parts.append(
                f'<line class="reach" x1="{across}" x2="{across}" y1="{y(p.low):.1f}" y2="{y(p.high):.1f}"/>'
            )
        if p.happened is not None:
            parts.append(
                f'<circle class="dot" cx="{across}" cy="{y(p.happened):.1f}" r="4">'
                f"<title>{escape(f'{p.label}: {p.said}')}</title></circle>"
            )
    parts.append(ticks([p.label for p in points], x, HEIGHT - 8))
    return mark_safe(
        f'<svg class="trend told" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg>"
    )


def values(points: Sequence[Point]) -> list[float | None]:
    """Every height that is drawn."""
    return [v for p in points for v in (p.foretold, p.happened, p.low, p.high)]
