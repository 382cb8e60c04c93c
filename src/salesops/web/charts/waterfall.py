"""A waterfall: from what was open to what is, change by change, each bar a door to its deals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from salesops.web.charts.frame import escape

HEIGHT, STEP, BAR, MARGIN = 290, 106, 62, 8
TOP, BOTTOM = 34, 58
LEAST = 2.0  # a change too small to draw is still seen
LONGEST = 14  # letters that fit below a bar


@dataclass(frozen=True)
class Bar:
    """One bar: an `end` stands on the ground, a change hangs where the one before it ended.

    `kind` is end, more, less or won. `said` is the amount in words, `rows` how many deals, `link` where they are.
    """

    label: str
    value: int
    kind: str
    said: str
    rows: str
    link: str = ""


def waterfall(bars: Sequence[Bar], title: str) -> SafeString:
    """SVG of the bars in order; the sum of all before an end is its value."""
    reach = _reach(bars)
    low, high = (
        min(0, *(v for pair in reach for v in pair)),
        max(1, *(v for pair in reach for v in pair)),
    )
    width, height = STEP * len(bars) + 2 * MARGIN, HEIGHT - TOP - BOTTOM

    def y(value: float) -> float:
        return TOP + (high - value) / (high - low) * height

    parts = [
        f'<line class="ground" x1="{MARGIN}" x2="{width - MARGIN}" y1="{y(0):.1f}" y2="{y(0):.1f}"/>'
    ]
    for place, (bar, (begins, ends)) in enumerate(zip(bars, reach, strict=True)):
        left = MARGIN + place * STEP + (STEP - BAR) / 2
        top, bottom = y(max(begins, ends)), y(min(begins, ends))
        tall = max(LEAST, bottom - top)
        middle = left + BAR / 2
        if place + 1 < len(bars):
            at = y(ends)
            parts.append(
                f'<line class="carry" x1="{left + BAR:.1f}" x2="{left + STEP:.1f}" y1="{at:.1f}" y2="{at:.1f}"/>'
            )
        # In the order in which it is read out; blanks keep the words apart.
        lines = _lines(bar.label)
        name = " ".join(
            f'<tspan x="{middle:.1f}" dy="{15 if line else 0}">{escape(words)}</tspan>'
            for line, words in enumerate(lines)
        )
        below = HEIGHT - BOTTOM + 18
        drawn = (
            f'<rect class="whole" x="{left - 8:.1f}" y="0" width="{BAR + 16}" height="{HEIGHT}" rx="6"/>'
            f'<rect class="w-{bar.kind}" x="{left:.1f}" y="{top:.1f}" width="{BAR}" height="{tall:.1f}" rx="3"/>'
            f'<text class="name" y="{below}" text-anchor="middle">{name}</text> '
            f'<text class="amount" x="{middle:.1f}" y="{top - 8:.1f}" text-anchor="middle">{escape(bar.said)}</text> '
            f'<text class="tick" x="{middle:.1f}" y="{below + 15 * len(lines)}" text-anchor="middle">'
            f"{escape(bar.rows)}</text>"
        )
        parts.append(f'<a href="{escape(bar.link)}">{drawn}</a>' if bar.link else drawn)
    return mark_safe(
        f'<svg class="waterfall" viewBox="0 0 {width} {HEIGHT}" width="{width}" height="{HEIGHT}" role="group" '
        f'aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )


def _reach(bars: Sequence[Bar]) -> list[tuple[int, int]]:
    """From where to where each bar goes."""
    found, at = [], 0
    for bar in bars:
        begins = 0 if bar.kind == "end" else at
        at = bar.value if bar.kind == "end" else at + bar.value
        found.append((begins, at))
    return found


def _lines(label: str) -> list[str]:
    """The label in at most two lines."""
    if len(label) <= LONGEST or " " not in label:
        return [label]
    words = label.split()
    best = min(
        range(1, len(words)), key=lambda n: max(len(" ".join(words[:n])), len(" ".join(words[n:])))
    )
    return [" ".join(words[:best]), " ".join(words[best:])]
