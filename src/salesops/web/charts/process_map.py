"""A process map: steps in layers, and what flows between them, each step and flow a door to its deals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString, mark_safe

from salesops.web.charts.frame import escape
from salesops.web.charts.layers import Flows, layers

WIDE, TALL, ACROSS, DOWN, MARGIN = 172, 54, 208, 118, 16
LANE, OFF = 42, 30  # between flows that go round the steps, and from the steps
LETTERS = 25  # of a line within a step
THIN, THICK = 1.4, 6.5
CLEAR = WIDE / 2 + 10
WIDEST = 1400  # of a picture that is made to fit; a wider one is scrolled, as its words would be too small
PLACES = (0.5, 0.38, 0.62, 0.28, 0.72, 0.18, 0.82)  # along a flow, for its words


@dataclass(frozen=True)
class Step:
    """One step: `kind` is start, open, activity, won or lost; `said` what is told below it. Its `label` may be another."""

    name: str
    kind: str
    said: str
    link: str = ""
    is_chosen: bool = False
    label: str = ""


@dataclass(frozen=True)
class Flow:
    """What goes from one step to another: how much, in words, in whole words, and how dark of 0 to 3."""

    source: str
    target: str
    weight: int
    said: str
    told: str
    tone: int = 0
    link: str = ""
    is_chosen: bool = False


@dataclass(frozen=True)
class _Line:
    """A flow as it is drawn: its path, where it arrives from which side, and where its words may stand."""

    flow: Flow
    path: str
    head: tuple[float, float, str]
    places: tuple[tuple[float, float], ...]
    goes_back: bool


def process_map(
    steps: Sequence[Step], every: Flows, drawn: Sequence[Flow], title: str
) -> SafeString:
    """SVG of the steps and the flows `drawn`. `every` flow there is tells where the steps stand."""
    ends = [s.name for s in steps if s.kind in ("won", "lost")]
    found = layers([s.name for s in steps], every, ends)
    depth = {name: place for place, layer in enumerate(found) for name in layer}
    across = {
        name: (place - (len(layer) - 1) / 2) * ACROSS
        for layer in found
        for place, name in enumerate(layer)
    }
    lines = _lines(drawn, depth, across, [[across[n] for n in layer] for layer in found])
    most = max((f.weight for f in drawn), default=1)
    half = max(
        [abs(x) + WIDE / 2 for x in across.values()]
        + [abs(x) + LANE / 2 for line in lines for x, _ in line.places]
    )
    half = half + MARGIN
    height = (len(found) - 1) * DOWN + TALL + 2 * MARGIN if found else 0
    wide = " wide" if 2 * half > WIDEST else ""
    parts = [_drawn(line, most) for line in sorted(lines, key=lambda n: n.flow.weight)]
    parts += [_box(s, across[s.name], _y(depth[s.name])) for s in steps]
    parts += _words(lines, {n: (across[n], _y(depth[n])) for n in depth})
    return mark_safe(
        f'<svg class="pmap{wide}" viewBox="{-half:.0f} 0 {2 * half:.0f} {height}" width="{2 * half:.0f}" height="{height}" '
        f'role="group" aria-label="{escape(title)}">{"".join(parts)}</svg>'
    )


def _y(depth: int) -> float:
    return MARGIN + TALL / 2 + depth * DOWN


def _lines(
    drawn: Sequence[Flow],
    depth: Mapping[str, int],
    across: Mapping[str, float],
    rows: Sequence[Sequence[float]],
) -> list[_Line]:
    """The flows as lines: straight down where nothing stands between, else round the steps, back on the left."""
    lines: list[_Line] = []
    straight: list[Flow] = []
    round_about: list[Flow] = []
    for flow in drawn:
        falls = depth[flow.target] - depth[flow.source]
        if flow.source == flow.target:
            lines.append(_loop(flow, across[flow.source], _y(depth[flow.source])))
        elif falls >= 1 and _is_clear(flow, depth, across, rows):
            straight.append(flow)
        elif falls == 0:
            lines.append(_sideways(flow, across, _y(depth[flow.source])))
        else:
            round_about.append(flow)
    leaves, comes = _ports(straight, across, "source"), _ports(straight, across, "target")
    for flow in straight:
        key = flow.source, flow.target
        x, y = across[flow.source] + leaves[key], _y(depth[flow.source]) + TALL / 2
        to, at = across[flow.target] + comes[key], _y(depth[flow.target]) - TALL / 2
        middle = (y + at) / 2
        path = f"M{x:.0f},{y:.0f}C{x:.0f},{middle:.0f} {to:.0f},{middle:.0f} {to:.0f},{at - 7:.0f}"
        places = tuple((_bent(x, x, to, to, t), _bent(y, middle, middle, at, t)) for t in PLACES)
        lines.append(_Line(flow, path, (to, at, "down"), places, goes_back=False))
    return lines + _lanes(round_about, depth, across, rows)


def _is_clear(
    flow: Flow,
    depth: Mapping[str, int],
    across: Mapping[str, float],
    rows: Sequence[Sequence[float]],
) -> bool:
    first, last = depth[flow.source], depth[flow.target]
    begins, ends = across[flow.source], across[flow.target]
    for row in range(first + 1, last):
        t = (row - first) / (last - first)
        x = _bent(begins, begins, ends, ends, t)
        if any(abs(x - there) < CLEAR for there in rows[row]):
            return False
    return True


def _ports(
    flows: Sequence[Flow], across: Mapping[str, float], end: str
) -> dict[tuple[str, str], float]:
    """How far from the middle of its step each flow leaves or arrives, in the order of where it goes."""
    found = {}
    for name in {getattr(f, end) for f in flows}:
        here = [f for f in flows if getattr(f, end) == name]
        here.sort(key=lambda f: across[f.target if end == "source" else f.source])
        apart = min(34.0, (WIDE - 40) / max(1, len(here) - 1))
        for place, flow in enumerate(here):
            found[flow.source, flow.target] = (place - (len(here) - 1) / 2) * apart
    return found


def _loop(flow: Flow, x: float, y: float) -> _Line:
    side = x + WIDE / 2
    path = f"M{side:.0f},{y - 12:.0f}C{side + 34:.0f},{y - 26:.0f} {side + 34:.0f},{y + 26:.0f} {side + 7:.0f},{y + 12:.0f}"
    return _Line(flow, path, (side, y + 12, "left"), ((side + 25, y),), goes_back=True)


def _sideways(flow: Flow, across: Mapping[str, float], y: float) -> _Line:
    """Within a layer: below the row to the right, above it to the left."""
    begins, ends = across[flow.source], across[flow.target]
    right = ends > begins
    out, edge = (1, y + TALL / 2) if right else (-1, y - TALL / 2)
    x, to = begins + out * 44, ends - out * 44
    bow = edge + out * 44
    path = f"M{x:.0f},{edge:.0f}C{x:.0f},{bow:.0f} {to:.0f},{bow:.0f} {to:.0f},{edge + out * 7:.0f}"
    places = tuple((x + (to - x) * t, edge + out * 33) for t in PLACES[:5])
    return _Line(flow, path, (to, edge, "up" if right else "down"), places, goes_back=False)


def _lanes(
    flows: Sequence[Flow],
    depth: Mapping[str, int],
    across: Mapping[str, float],
    rows: Sequence[Sequence[float]],
) -> list[_Line]:
    """Flows that go round the steps, the shortest nearest to them."""
    taken: dict[int, list[tuple[int, int, float]]] = {1: [], -1: []}
    used: dict[tuple[str, int], int] = {}
    lines = []
    for flow in sorted(flows, key=lambda f: (abs(depth[f.target] - depth[f.source]), -f.weight)):
        first, last = depth[flow.source], depth[flow.target]
        back = last < first
        side = -1 if back or across[flow.source] + across[flow.target] < 0 else 1
        top, bottom = min(first, last), max(first, last)
        edge = max(side * x for row in rows[top : bottom + 1] for x in row) + WIDE / 2 + OFF
        while any(a <= bottom and top <= b and abs(edge - e) < LANE for a, b, e in taken[side]):
            edge += LANE
        taken[side].append((top, bottom, edge))
        lane = side * edge
        ports = []
        for name, way in (
            (flow.source, 1 if not back else -1),
            (flow.target, -1 if not back else 1),
        ):
            n = used[name, side] = used.get((name, side), 0) + 1
            ports.append(_y(depth[name]) + way * min(22, 5 * n))
        y, at = ports
        x, to = (across[n] + side * WIDE / 2 for n in (flow.source, flow.target))
        turn = 22 if at > y else -22
        path = (
            f"M{x:.0f},{y:.0f}C{lane:.0f},{y:.0f} {lane:.0f},{y:.0f} {lane:.0f},{y + turn:.0f}"
            f"L{lane:.0f},{at - turn:.0f}C{lane:.0f},{at:.0f} {lane:.0f},{at:.0f} {to + side * 7:.0f},{at:.0f}"
        )
        places = tuple((lane, y + (at - y) * t) for t in PLACES)
        head = "left" if side > 0 else "right"
        lines.append(_Line(flow, path, (to, at, head), places, goes_back=back))
    return lines


def _bent(a: float, b: float, c: float, d: float, t: float) -> float:
    """A place along a curve of four points."""
    u = 1 - t
    return u**3 * a + 3 * u * u * t * b + 3 * u * t * t * c + t**3 * d


_HEADS = {
    "down": "-5,-8 5,-8 0,0", "up": "-5,8 5,8 0,0", "left": "8,-5 8,5 0,0", "right": "-8,-5 -8,5 0,0",
}  # fmt: skip


def _drawn(line: _Line, most: int) -> str:
    flow = line.flow
    thick = THIN + (THICK - THIN) * (flow.weight / most) ** 0.7
    x, y, way = line.head
    classes = f"f{flow.tone}{' back' if line.goes_back else ''}{' on' if flow.is_chosen else ''}"
    inner = (
        f'<path class="hit" d="{line.path}"/><path class="flow" d="{line.path}" stroke-width="{thick:.1f}"/>'
        f'<polygon points="{_HEADS[way]}" transform="translate({x:.0f} {y:.0f})"/>'
    )
    if not flow.link:
        return f'<g class="{classes}"><title>{escape(flow.told)}</title>{inner}</g>'
    return (
        f'<a class="{classes}" href="{escape(flow.link)}" aria-label="{escape(flow.told)}">'
        f"<title>{escape(flow.told)}</title>{inner}</a>"
    )


def _box(step: Step, x: float, y: float) -> str:
    label = step.label or step.name
    lines = _folded(label)
    first = y - 2 - 8 * (len(lines) - 1)
    name = " ".join(
        f'<tspan x="{x:.0f}" dy="{15 if place else 0}">{escape(words)}</tspan>'
        for place, words in enumerate(lines)
    )
    classes = f"s-{step.kind}{' on' if step.is_chosen else ''}"
    radius = TALL / 2 if step.kind == "start" else 8
    inner = (
        f'<rect x="{x - WIDE / 2:.0f}" y="{y - TALL / 2:.0f}" width="{WIDE}" height="{TALL}" rx="{radius:.0f}"/>'
        f'<text class="name" y="{first:.0f}" text-anchor="middle">{name}</text> '
        f'<text class="tick" x="{x:.0f}" y="{first + 16 * len(lines):.0f}" text-anchor="middle">{escape(step.said)}</text>'
    )
    whole = f"<title>{escape(label)}</title>" if " ".join(lines) != label else ""
    if not step.link:
        return f'<g class="{classes}">{whole}{inner}</g>'
    return f'<a class="{classes}" href="{escape(step.link)}">{whole}{inner}</a>'


def _folded(name: str) -> list[str]:
    """The name in at most two lines, its end left out where it does not fit."""
    lines = [""]
    for word in name.split():
        if lines[-1] and len(lines[-1]) + len(word) + 1 > LETTERS:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    more = len(lines) > 2
    return [
        line if len(line) <= LETTERS and not (more and place) else f"{line[: LETTERS - 1]}…"
        for place, line in enumerate(lines[:2])
    ]


def _words(lines: Sequence[_Line], steps: Mapping[str, tuple[float, float]]) -> list[str]:
    """What each flow says, the heaviest first, where it hides nothing; none where there is no such place."""
    taken = [(x, y, WIDE / 2, TALL / 2) for x, y in steps.values()]
    parts = []
    for line in sorted(lines, key=lambda n: -n.flow.weight):
        half = 3.6 * len(line.flow.said) + 5
        for x, y in line.places:
            if all(abs(x - a) >= half + w or abs(y - b) >= 9 + h for a, b, w, h in taken):
                taken.append((x, y, half, 9))
                parts.append(
                    f'<g class="said" aria-hidden="true"><rect x="{x - half:.0f}" y="{y - 9:.0f}" width="{2 * half:.0f}" '
                    f'height="18" rx="9"/><text x="{x:.0f}" y="{y + 4:.0f}" text-anchor="middle">'
                    f"{escape(line.flow.said)}</text></g>"
                )
                break
    return parts
