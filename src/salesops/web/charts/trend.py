"""A trend: a number over periods with its interval, immature periods drawn open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from salesops.web.charts.frame import escape, grid, scale, spread, ticks

WIDTH, HEIGHT = 1080, 250
LEFT, RIGHT, TOP, BOTTOM = 70, 26, 12, 28


@dataclass(frozen=True)
class Point:
    """One period: `said` is the value in words."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    said: str
    is_immature: bool = False


def trend(
    points: Sequence[Point], title: str, axis: Sequence[tuple[float, str]] = ()
) -> SafeString:
    """SVG of the points in order. `axis` holds values with their words for lines across."""
    known = [v for p in points for v in (p.value, p.low, p.high) if v is not None]
    if not known:
        return mark_safe("")
    low, high = spread([*known, *(v for v, _ in axis)])
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    step = width / max(1, len(points) - 1)

    def x(place: int) -> float:
        return LEFT + (place * step if len(points) > 1 else width / 2)

    def y(value: float) -> float:
        return TOP + height - scale(value, low, high, height)

    parts = [grid(axis, y, LEFT, WIDTH - RIGHT)]
    band = [(i, p) for i, p in enumerate(points) if p.low is not None and p.high is not None]
    if len(band) > 1:
        upper = " ".join(f"{x(i):.1f},{y(p.high or 0):.1f}" for i, p in band)
        lower = " ".join(f"{x(i):.1f},{y(p.low or 0):.1f}" for i, p in reversed(band))
        parts.append(f'<polygon class="band" points="{upper} {lower}"/>')
    line: list[str] = []
    for i, p in enumerate(points):
        if p.value is None:
            parts.append(_polyline(line))
            line = []
            continue
        line.append(f"{x(i):.1f},{y(p.value):.1f}")
    parts.append(_polyline(line))
    for i, p in enumerate(points):
        if p.value is not None:
            kind = "dot open" if p.is_immature else "dot"
            told = f"{p.label}: {p.said}{' (not settled yet)' if p.is_immature else ''}"
            parts.append(
                f'<circle class="{kind}" cx="{x(i):.1f}" cy="{y(p.value):.1f}" r="3.5">'
                f"<title>{escape(told)}</title></circle>"
            )
    parts.append(ticks([p.label for p in points], x, HEIGHT - 8))
    return mark_safe(
        f'<svg class="trend" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(_summary(points, title))}">'
        f"{''.join(parts)}</svg>"
    )


def _polyline(line: list[str]) -> str:
    return f'<polyline class="line" points="{" ".join(line)}"/>' if len(line) > 1 else ""


def _summary(points: Sequence[Point], title: str) -> str:
    known = [p for p in points if p.value is not None]
    first, last = known[0], known[-1]
    return f"{title}: {first.said} in {first.label}, {last.said} in {last.label}"
