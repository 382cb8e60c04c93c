"""Steps of a process stand below what mostly comes before them, ends last, whatever flows back."""

from __future__ import annotations

import re
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from salesops.pipeline.mining import Arc, Process, Throughput
from salesops.web.charts.layers import layers
from salesops.web.charts.process_map import Flow, Step, process_map
from salesops.web.pages.pipeline.process_map import MOST_DRAWN, _drawn

LINE = {
    ("a", "b"): 10,
    ("b", "c"): 8,
    ("c", "b"): 3,
    ("a", "c"): 1,
    ("c", "won"): 7,
    ("a", "lost"): 2,
}
names = st.sampled_from("abcdef")


def test_a_line_with_returns_is_a_line() -> None:
    assert layers(["c", "b", "a", "won", "lost"], LINE, ["won", "lost"]) == [
        ["a"],
        ["b"],
        ["c"],
        ["won", "lost"],
    ]


@given(st.dictionaries(st.tuples(names, names), st.integers(1, 9)))
def test_every_step_stands_once_and_every_flow_is_drawn(flows: dict[tuple[str, str], int]) -> None:
    every = list("abcdef")
    found = layers(every, flows, ["f"])
    assert sorted(name for layer in found for name in layer) == every
    assert "f" in found[-1]
    drawn = [Flow(a, b, n, str(n), f"{a} to {b}") for (a, b), n in flows.items()]
    picture = process_map([Step(n, "open", "") for n in every], flows, drawn, "Map")
    assert picture.count('class="flow"') == len(flows)
    assert "nan" not in picture


def test_forty_steps_stay_readable_however_much_of_their_flow_is_drawn() -> None:
    steps = [f"s{n}" for n in range(40)]
    counts = {
        (a, b): 1 + 4000 // (1 + abs(steps.index(b) - steps.index(a) - 1) ** 2)
        for a in steps
        for b in steps
    }
    arcs = tuple(
        Arc(a, b, n, n, 1.0, 1.0, 1.0) for (a, b), n in sorted(counts.items(), key=lambda c: -c[1])
    )
    found = Process(9, 9, (), arcs, (), 0, Throughput(0, None, None, None, None, None))
    drawn = _drawn(found, 100)
    assert {arc.target for arc in drawn} == set(steps)
    assert len(drawn) <= MOST_DRAWN + len(steps)
    flows = [Flow(a.source, a.target, a.count, f"{a.count:,}", "") for a in drawn]
    picture = process_map([Step(n, "open", "") for n in steps], counts, flows, "Map")
    boxes = [
        tuple(float(v) for v in found)
        for found in re.findall(
            r'<rect x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)"', picture
        )
    ]
    hidden = [
        pair
        for pair in combinations(boxes, 2)
        if all(
            pair[0][n] < pair[1][n] + pair[1][n + 2] and pair[1][n] < pair[0][n] + pair[0][n + 2]
            for n in (0, 1)
        )
    ]
    assert hidden == []
    assert len(boxes) > 40 + 60  # most paths still tell their figure
