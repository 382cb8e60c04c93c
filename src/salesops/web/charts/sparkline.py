"""A sparkline: the course of a number at a glance, without axes."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString, mark_safe

from salesops.web.charts.frame import escape, scale, spread

WIDTH, HEIGHT = 112, 32


def sparkline(values: Sequence[float | None], summary: str) -> SafeString:
    """SVG of the values in order; gaps where there are none. Empty with fewer than two."""
    known = [v for v in values if v is not None]
    if len(known) < 2:
        return mark_safe("")
    low, high = spread(known)
    step = (WIDTH - 8) / (len(values) - 1)
    runs: list[list[str]] = [[]]
    last = (0.0, 0.0)
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
            continue
        last = (4 + place * step, HEIGHT - 3 - scale(value, low, high, HEIGHT - 6))
        runs[-1].append(f"{last[0]:.1f},{last[1]:.1f}")
    lines = "".join(f'<polyline class="line" points="{" ".join(r)}"/>' for r in runs if len(r) > 1)
    return mark_safe(
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(summary)}">'
        f'{lines}<circle class="dot" cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="2.5"/></svg>'
    )
