"""The certainty bar: money by how certain it is, the more certain the heavier the ink."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.safestring import SafeString, mark_safe

from salesops.web.charts.frame import escape

WIDTH, HEIGHT = 600, 20


def certainty(parts: Sequence[tuple[str, int, str]]) -> SafeString:
    """SVG of (class, minor units, words) side by side; empty where there is nothing."""
    total = sum(p[1] for p in parts)
    if total <= 0:
        return mark_safe("")
    drawn, x = [], 0.0
    for kind, minor, words in parts:
        width = minor / total * WIDTH
        drawn.append(
            f'<rect class="c-{kind}" x="{x:.1f}" width="{max(0.0, width - 1):.1f}" height="{HEIGHT}">'
            f"<title>{escape(words)}</title></rect>"
        )
        x += width
    label = escape("; ".join(p[2] for p in parts))
    return mark_safe(
        f'<svg class="certainty" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{label}">{"".join(drawn)}</svg>'
    )
