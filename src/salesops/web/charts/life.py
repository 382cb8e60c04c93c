"""The life of one opportunity: stages over time as steps, close-date changes as marks, activities as ticks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString, mark_safe

from salesops.web.charts.frame import escape, scale

WIDTH, LEFT, RIGHT, LANE = 900, 118, 16, 26


@dataclass(frozen=True)
class Stay:
    """One state: `lane` counts stages from 0; `pushed` where it moved the close date later."""

    start: datetime
    end: datetime
    lane: int
    said: str
    pushed: bool = False


def life(
    stays: Sequence[Stay], lanes: Sequence[str], activities: Sequence[datetime], closed: str
) -> SafeString:
    """SVG of the stays in order over `lanes`; `closed` is won, lost, no_decision or empty."""
    if not stays:
        return mark_safe("")
    first, last = stays[0].start.timestamp(), stays[-1].end.timestamp()
    last = max(last, first + 86_400)
    height = LANE * len(lanes) + 44

    def x(moment: datetime) -> float:
        return LEFT + scale(
            min(max(moment.timestamp(), first), last), first, last, WIDTH - LEFT - RIGHT
        )

    def y(lane: int) -> float:
        return 16 + LANE * lane

    parts = [
        f'<text class="tick" x="{LEFT - 10}" y="{y(i) + 4:.1f}" text-anchor="end">{escape(name)}</text>'
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(i):.1f}" y2="{y(i):.1f}"/>'
        for i, name in enumerate(lanes)
    ]
    path = []
    for stay in stays:
        path += [f"{x(stay.start):.1f},{y(stay.lane):.1f}", f"{x(stay.end):.1f},{y(stay.lane):.1f}"]
    parts.append(f'<polyline class="line" points="{" ".join(path)}"/>')
    for stay in stays:
        kind = "dot push" if stay.pushed else "dot"
        parts.append(
            f'<circle class="{kind}" cx="{x(stay.start):.1f}" cy="{y(stay.lane):.1f}" r="4">'
            f"<title>{escape(stay.said)}</title></circle>"
        )
    if closed:
        end = stays[-1]
        parts.append(
            f'<circle class="end {closed}" cx="{x(end.start):.1f}" cy="{y(end.lane):.1f}" r="6.5"/>'
        )
    floor = y(len(lanes))
    parts += [
        f'<line class="act" x1="{x(a):.1f}" x2="{x(a):.1f}" y1="{floor - 6:.1f}" y2="{floor + 4:.1f}"/>'
        for a in activities
        if first <= a.timestamp() <= last
    ]
    for moment, anchor in ((stays[0].start, "start"), (stays[-1].end, "end")):
        parts.append(
            f'<text class="tick" x="{x(moment):.1f}" y="{height - 4}" text-anchor="{anchor}">'
            f"{moment:%-d %b %Y}</text>"
        )
    pushes = sum(s.pushed for s in stays)
    label = (
        f"{len(stays)} states from {stays[0].start:%-d %B %Y}, close date moved later {pushes} times, "
        f"{len(activities)} activities"
    )
    return mark_safe(
        f'<svg class="life" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )
