"""A funnel plot: what people did by how much there is to go by, and how far chance alone may bring a dot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from salesops.web.charts.frame import escape, grid, round_lines, scale, spread

WIDTH, HEIGHT = 1080, 380
LEFT, RIGHT, TOP, BOTTOM = 84, 26, 14, 46
STEPS = 90
NAMED = 130  # so near to the right edge a name stands on the left of its dot


@dataclass(frozen=True)
class Dot:
    """Somebody: how much there is to go by, the value, and both in words. `kind` is empty, good or bad; those have names."""

    name: str
    worth: float
    value: float
    said: str
    link: str
    kind: str = ""


# For so much to go by: between which values how many lie where only chance is at work.
Limits = Callable[[float, float], tuple[float, float]]
INNER, OUTER = 0.95, 0.998


def funnel_plot(
    dots: Sequence[Dot],
    limits: Limits,
    usual: tuple[float, str],
    words: Callable[[float], str],
    title: str,
    across: str,
) -> SafeString:
    """SVG of the dots within limits of 95 and 99.8 %; `usual` is the value of all with its words."""
    if not dots:
        return mark_safe("")
    least, most = min(d.worth for d in dots), max(d.worth for d in dots)
    begins, ends = max(least * 0.7, 0.5), most * 1.06
    bounds = limits(least, INNER)
    low, high = spread([usual[0], *bounds, *(d.value for d in dots)])
    low = max(0.0, low)
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(worth: float) -> float:
        return LEFT + scale(worth, 0, ends, width)

    def y(value: float) -> float:
        return TOP + height - scale(min(max(value, low), high), low, high, height)

    parts = [_axes(low, high, ends, x, y, words, across)]
    steps = [begins + (ends - begins) * (n / STEPS) ** 2 for n in range(STEPS + 1)]
    for kind, share in (("outer", OUTER), ("inner", INNER)):
        sides = [limits(worth, share) for worth in steps]
        upper = [f"{x(w):.1f},{y(b):.1f}" for w, (_, b) in zip(steps, sides, strict=True)]
        lower = [f"{x(w):.1f},{y(a):.1f}" for w, (a, _) in zip(steps, sides, strict=True)]
        parts.append(f'<polygon class="{kind}" points="{" ".join([*upper, *lower[::-1]])}"/>')
    at = y(usual[0])
    parts.append(
        f'<line class="usual" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>'
        f'<text class="tick" x="{LEFT + 6}" y="{at - 6:.1f}">{escape(usual[1])}</text>'
    )
    # Those with names come last, so that nobody lies over them.
    for dot in sorted(dots, key=lambda d: bool(d.kind)):
        parts.append(_dot(dot, x(dot.worth), y(dot.value)))
    return mark_safe(
        f'<svg class="trend funnel-plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="group" aria-label="{escape(title)}">'
        f"{''.join(parts)}</svg>"
    )


def _dot(dot: Dot, across: float, up: float) -> str:
    """A dot that leads to its row; by keyboard the rows themselves are there."""
    name = ""
    if dot.kind:
        side, anchor = (-9, "end") if across > WIDTH - RIGHT - NAMED else (9, "start")
        at = f'x="{across + side:.1f}" y="{up + 4:.1f}" text-anchor="{anchor}"'
        name = f'<text class="name" {at}>{escape(dot.name)}</text>'
    return (
        f'<a href="{escape(dot.link)}" tabindex="-1" aria-label="{escape(dot.name)}">'
        f'<circle class="{f"dot {dot.kind}".strip()}" cx="{across:.1f}" cy="{up:.1f}" r="5">'
        f"<title>{escape(f'{dot.name}: {dot.said}')}</title></circle>{name}</a>"
    )


def _axes(
    low: float,
    high: float,
    ends: float,
    x: Callable[[float], float],
    y: Callable[[float], float],
    words: Callable[[float], str],
    across: str,
) -> str:
    lines = grid([(v, words(v)) for v in round_lines(low, high)], y, LEFT, WIDTH - RIGHT)
    floor = HEIGHT - BOTTOM
    ticks = "".join(
        f'<text class="tick" x="{x(v):.1f}" y="{floor + 18}" text-anchor="middle">{v:,.0f}</text>'
        for v in (0.0, *round_lines(0, ends))
    )
    middle = (LEFT + WIDTH - RIGHT) / 2
    return (
        f'{lines}<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{floor}" y2="{floor}"/>{ticks}'
        f'<text class="tick" x="{middle:.0f}" y="{HEIGHT - 6}" text-anchor="middle">{escape(across)}</text>'
    )
