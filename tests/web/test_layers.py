"""Steps of a process stand below what mostly comes before them, ends last, whatever flows back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from salesops.web.charts.layers import layers
from salesops.web.charts.process_map import Flow, Step, process_map

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
