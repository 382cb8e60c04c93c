"""A stack: what something was made of from day to day, the surest part at the bottom and heaviest in ink."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.safestring import SafeString, mark_safe

from salesops.web.charts.frame import escape, grid, scale

WIDTH, HEIGHT = 1080, 270
LEFT, RIGHT, TOP, BOTTOM = 70, 14, 12, 28
TONES = 8  # of the ramp, the first the heaviest


@dataclass(frozen=True)
class Part:
    """One layer over the days, from the bottom up; `tone` is its place on the ramp."""

    label: str
    tone: int
    values: Sequence[int]


@dataclass(frozen=True)
class Moment:
    """One day: where it stands, its words, what it tells, and where it leads."""

    at: int  # days since any fixed one, so that gaps are as wide as they are
    label: str
    said: str
    link: str


def tones(count: int) -> list[int]:
    """The tones of so many layers, spread over the ramp."""
    if count <= 1:
        return [2] * count
    return [round(place * (TONES - 1) / (count - 1)) for place in range(count)]


def stack(
    moments: Sequence[Moment],
    parts: Sequence[Part],
    title: str,
    axis: Sequence[tuple[float, str]] = (),
    marks: Sequence[tuple[int, str]] = (),
) -> SafeString:
    """SVG of the layers; `axis` holds values with their words for lines across, `marks` days to be shown."""
    if len(moments) < 2 or not parts:
        return mark_safe("")
    totals = [sum(values) for values in zip(*(part.values for part in parts), strict=True)]
    high = max(1.0, float(max(totals)), *(value for value, _ in axis))
    first, last = moments[0].at, moments[-1].at
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(at: float) -> float:
        return LEFT + scale(at, first, last, width)

    def y(value: float) -> float:
        return TOP + height - scale(value, 0, high, height)

    drawn = [grid(axis, y, LEFT, WIDTH - RIGHT)]
    below = [0] * len(moments)
    for part in parts:
        above = [low + value for low, value in zip(below, part.values, strict=True)]
        upper = " ".join(f"{x(m.at):.1f},{y(v):.1f}" for m, v in zip(moments, above, strict=True))
        lower = " ".join(
            f"{x(m.at):.1f},{y(v):.1f}" for m, v in reversed(list(zip(moments, below, strict=True)))
        )
        drawn.append(f'<polygon class="tone{part.tone}" points="{upper} {lower}"/>')
        below = above
    drawn += _days(moments, x)
    for at, words in marks:
        if first <= at <= last:
            drawn.append(
                f'<line class="at" x1="{x(at):.1f}" x2="{x(at):.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}">'
                f"<title>{escape(words)}</title></line>"
            )
    every = max(1, -(-len(moments) // 10))
    drawn += [
        f'<text class="tick" x="{x(m.at):.1f}" y="{HEIGHT - 8}" text-anchor="middle">{escape(m.label)}</text>'
        for place, m in enumerate(moments)
        if (len(moments) - 1 - place) % every == 0 and LEFT + 24 < x(m.at) < WIDTH - RIGHT - 24
    ]
    return mark_safe(
        f'<svg class="stack-chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="group" aria-label="{escape(title)}">'
        f"{''.join(drawn)}</svg>"
    )


def _days(moments: Sequence[Moment], place: Callable[[float], float]) -> list[str]:
    """A door to each day as wide as what is nearest to it; reached by keyboard with the slider."""
    edges = [
        float(moments[0].at),
        *((a.at + b.at) / 2 for a, b in pairwise(moments)),
        float(moments[-1].at),
    ]
    return [
        f'<a href="{escape(m.link)}" tabindex="-1"><rect class="whole" x="{place(begins):.1f}" y="{TOP}" '
        f'width="{place(ends) - place(begins):.1f}" height="{HEIGHT - TOP - BOTTOM}"/>'
        f"<title>{escape(m.said)}</title></a>"
        for m, (begins, ends) in zip(moments, pairwise(edges), strict=True)
    ]
