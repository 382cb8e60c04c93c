"""Bars: one figure of several groups, with the interval as a whisker."""

from __future__ import annotations

from django.utils.safestring import SafeString, mark_safe

WIDTH, HEIGHT = 240, 16


def bar(value: float | None, low: float | None, high: float | None, most: float) -> SafeString:
    """SVG of one bar against `most`, the largest value or upper end of all."""
    if value is None or most <= 0:
        return mark_safe("")

    def x(v: float) -> float:
        return max(0.0, min(1.0, v / most)) * WIDTH

    whisker = ""
    if low is not None and high is not None:
        whisker = (
            f'<line class="whisker" x1="{x(low):.1f}" x2="{x(high):.1f}" y1="8" y2="8"/>'
            f'<line class="whisker" x1="{x(low):.1f}" x2="{x(low):.1f}" y1="4.5" y2="11.5"/>'
            f'<line class="whisker" x1="{x(high):.1f}" x2="{x(high):.1f}" y1="4.5" y2="11.5"/>'
        )
    return mark_safe(
        f'<svg class="bar" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="fill" width="{x(value):.1f}" height="{HEIGHT}" rx="3"/>{whisker}</svg>'
    )
