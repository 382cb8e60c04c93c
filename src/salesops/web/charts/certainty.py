"""The certainty bar: money by how certain it is, the more certain the heavier the ink, against a goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from salesops.web.charts.frame import escape

WIDTH, HEIGHT = 1000, 28


@dataclass(frozen=True)
class Part:
    """A stretch of the bar: `kind` is closed, commit, best or pipe; `said` the same in words."""

    kind: str
    minor: int
    said: str


def certainty(parts: Sequence[Part], goal_minor: int | None = None) -> SafeString:
    """SVG of the parts side by side, with a mark where the goal is; empty where there is nothing."""
    total = sum(p.minor for p in parts)
    most = max(total, goal_minor or 0)
    if most <= 0:
        return mark_safe("")
    drawn, x = [], 0.0
    for part in parts:
        width = part.minor / most * WIDTH
        drawn.append(
            f'<rect class="c-{part.kind}" x="{x:.1f}" width="{max(0.0, width - 1):.1f}" '
            f'height="{HEIGHT}"><title>{escape(part.said)}</title></rect>'
        )
        x += width
    if goal_minor:
        at = min(goal_minor / most * WIDTH, WIDTH - 1.5)
        for kind in ("goal edge", "goal"):
            drawn.append(f'<line class="{kind}" x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{HEIGHT}"/>')
    label = escape("; ".join(p.said for p in parts))
    return mark_safe(
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{label}">{"".join(drawn)}</svg>'
    )
