"""An interval: a difference with what it lies between, against none and against what was hoped for, on one line."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe

from salesops.web.charts.frame import escape, scale

WIDTH, HEIGHT, EDGE = 360, 64, 32


def interval(value: float, low: float, high: float, hoped: float, title: str) -> SafeString:
    """SVG of the difference; `title` says the same in words."""
    least, most = min(low, hoped, 0.0), max(high, hoped, 0.0)

    def x(number: float) -> float:
        return EDGE + scale(number, least, most, WIDTH - 2 * EDGE)

    return mark_safe(
        f'<svg class="interval" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">'
        f'<line class="none" x1="{x(0):.1f}" x2="{x(0):.1f}" y1="18" y2="46"/>'
        f'<text x="{x(0):.1f}" y="60" text-anchor="middle">no effect</text>'
        f'<line class="hoped" x1="{x(hoped):.1f}" x2="{x(hoped):.1f}" y1="18" y2="46"/>'
        f'<text x="{x(hoped):.1f}" y="12" text-anchor="middle">hoped for</text>'
        f'<line class="reach" x1="{x(low):.1f}" x2="{x(high):.1f}" y1="32" y2="32"/>'
        f'<circle class="dot" cx="{x(value):.1f}" cy="32" r="6"/></svg>'
    )
