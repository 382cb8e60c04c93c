"""Incidence: the share of deals that has ended in each way by day, the first way with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.safestring import SafeString, mark_safe

from salesops.foundations.survival import Curve
from salesops.foundations.survival import Step as Point
from salesops.web.charts.frame import escape, grid

WIDTH, HEIGHT = 1080, 260
LEFT, RIGHT, TOP, BOTTOM = 56, 26, 12, 34
MOST_POINTS = 240
DAYS = (1, 2, 5, 10, 20, 30, 60, 90, 180, 365, 730, 1825, 3650)  # apart on the axis of days


def incidence(curves: Mapping[str, Curve], last_day: float, title: str) -> SafeString:
    """SVG of the curves up to `last_day`, named by their keys; nothing where nothing ended."""
    shares = [s.share for curve in curves.values() for s in curve.steps]
    if not shares or last_day <= 0:
        return mark_safe("")
    highs = [s.high or s.share for s in next(iter(curves.values())).steps]
    most = min(1.0, max(*shares, *(highs or [0.0]), 0.1))
    top = next(t for t in (0.1, 0.2, 0.4, 0.6, 0.8, 1.0) if t >= most - 1e-9)
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(day: float) -> float:
        return LEFT + day / last_day * width

    def y(share: float) -> float:
        return TOP + (1 - share / top) * height

    shares_across = (top * part / 4 for part in range(5))
    axis = [(share, f"{share * 100:.3g} %") for share in shares_across]
    parts = [grid(axis, y, LEFT, WIDTH - RIGHT)]
    apart = next((d for d in DAYS if last_day / d <= 10), DAYS[-1])
    for day in range(0, int(last_day) + 1, apart):
        parts.append(
            f'<text class="tick" x="{x(day):.1f}" y="{HEIGHT - 10}" text-anchor="middle">{day}</text>'
        )
    for place, (name, curve) in enumerate(curves.items()):
        steps = _thinned(curve.steps)
        if place == 0:
            band = [s for s in steps if s.low is not None and s.high is not None]
            upper = _stairs([(x(s.time), y(s.high or 0)) for s in band], x(last_day))
            lower = _stairs([(x(s.time), y(s.low or 0)) for s in band], x(last_day))
            if band:
                parts.append(f'<polygon class="band" points="{_points([*upper, *lower[::-1]])}"/>')
        line = _stairs([(x(0), y(0)), *((x(s.time), y(s.share)) for s in steps)], x(last_day))
        parts.append(
            f'<polyline class="line {escape(name)}" points="{_points(line)}"/>' if steps else ""
        )
    return mark_safe(
        f'<svg class="trend incidence" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg>"
    )


def _thinned(steps: Sequence[Point]) -> list[Point]:
    """At most so many steps as can be seen, the last among them."""
    every = max(1, -(-len(steps) // MOST_POINTS))
    kept = list(steps[::every])
    return kept if not steps or kept[-1] is steps[-1] else [*kept, steps[-1]]


def _stairs(points: Sequence[tuple[float, float]], until: float) -> list[tuple[float, float]]:
    """Level until the next point, and then up; the last goes on until the end."""
    found: list[tuple[float, float]] = []
    for across, up in points:
        if found:
            found.append((across, found[-1][1]))
        found.append((across, up))
    return [*found, (until, found[-1][1])] if found else []


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{across:.1f},{up:.1f}" for across, up in points)
