"""Where the steps of a process stand in its map: in layers, each below what mostly comes before it.

The places follow from every path there is, whatever part of them is drawn, so that the picture holds still.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Flows = Mapping[tuple[str, str], int]
PASSES = 6  # over the layers, to set what belongs together below each other
SECOND = 0.5  # of the strongest way into a step, what the next must have to push it further down


def layers(names: Sequence[str], flows: Flows, last: Sequence[str] = ()) -> list[list[str]]:
    """The layers from above, each from left to right; those of `last` stand together below all others."""
    order = _in_order([n for n in names if n not in last], flows)
    depth: dict[str, int] = {}
    for place, name in enumerate(order):
        into = {a: flows[a, name] for a in order[:place] if (a, name) in flows}
        strong = SECOND * max(into.values(), default=0)
        depth[name] = max((depth[a] + 1 for a, n in into.items() if n >= strong), default=0)
    found: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in names:
        if name in depth:
            found[depth[name]].append(name)
    ends = [n for n in names if n in last]
    return _side_by_side(
        [_heaviest_within(layer, flows) for layer in found] + [ends] * bool(ends), flows
    )


def _in_order(names: Sequence[str], flows: Flows) -> list[str]:
    """An order with little flowing back (Eades, Lin and Smyth 1993, by weight)."""
    left, begun, ended = list(names), list[str](), list[str]()
    net = {(a, b): n - flows.get((b, a), 0) for (a, b), n in flows.items() if a != b}
    while left:
        held = set(left)
        going = {
            n: sum(w for (a, b), w in net.items() if a == n and b in held and w > 0) for n in left
        }
        coming = {
            n: sum(w for (a, b), w in net.items() if b == n and a in held and w > 0) for n in left
        }
        sink = next((n for n in reversed(left) if not going[n] and coming[n]), None)
        if sink is not None:
            ended.insert(0, sink)
            left.remove(sink)
            continue
        first = next((n for n in left if not coming[n]), None)
        if first is None:
            first = max(left, key=lambda n: going[n] - coming[n])
        begun.append(first)
        left.remove(first)
    return begun + ended


def _heaviest_within(layer: list[str], flows: Flows) -> list[str]:
    """The layer with what most flows through in the middle."""
    weight = {n: sum(w for pair, w in flows.items() if n in pair) for n in layer}
    found: list[str] = []
    for place, name in enumerate(sorted(layer, key=lambda n: -weight[n])):
        found.insert(len(found) if place % 2 == 0 else 0, name)
    return found


def _side_by_side(found: list[list[str]], flows: Flows) -> list[list[str]]:
    """The layers with each step near those it flows from and to."""
    across: dict[str, float] = {}
    for _ in range(PASSES):
        for layer in found:
            for place, name in enumerate(layer):
                across[name] = place - (len(layer) - 1) / 2
        for layer in found:
            pull = {}
            for name in layer:
                near = {
                    (b if a == name else a): w
                    for (a, b), w in flows.items()
                    if name in (a, b) and a != b and (b if a == name else a) not in layer
                }
                whole = sum(near.values())
                pull[name] = (
                    sum(across[n] * w for n, w in near.items()) / whole if whole else across[name]
                )
            layer.sort(key=lambda n: pull[n])
            for place, name in enumerate(layer):
                across[name] = place - (len(layer) - 1) / 2
    return found
