"""Records that are one thing keep one id, whatever comes and goes."""

from __future__ import annotations

from itertools import pairwise

from salesops.duplicates.entities import MOST_TOGETHER, groups_of, named


def test_pairs_that_touch_are_one_group_but_not_across_what_somebody_kept_apart() -> None:
    pairs = [("a", "b"), ("b", "c"), ("x", "y")]
    assert groups_of(pairs) == [["a", "b", "c"], ["x", "y"]]
    assert groups_of(pairs, apart=[("a", "c")]) == [["a", "b"], ["x", "y"]]


def test_a_chain_of_likenesses_does_not_swallow_everything() -> None:
    keys = [f"{n:02}" for n in range(40)]
    groups = groups_of(pairwise(keys))
    assert max(map(len, groups)) <= MOST_TOGETHER


def test_a_group_keeps_its_id_when_it_grows_shrinks_and_splits() -> None:
    first = named([["b", "c"]], {})
    assert first == {"b": ["b", "c"]}
    had = {key: entity for entity, group in first.items() for key in group}
    assert named([["a", "b", "c"]], had) == {"b": ["a", "b", "c"]}
    assert named([["c", "d"]], had) == {"b": ["c", "d"]}
    assert named([["b", "x"], ["c", "y"]], had) == {"b": ["b", "x"], "c": ["c", "y"]}


def test_two_groups_that_become_one_keep_the_id_of_the_larger_and_no_id_is_given_twice() -> None:
    had = {"a": "a", "b": "a", "c": "c", "d": "c", "e": "c"}
    assert named([["a", "b", "c", "d", "e"]], had) == {"c": ["a", "b", "c", "d", "e"]}
    assert named([["a", "x"], ["b", "c"]], {"b": "a", "c": "a"}) == {
        "a": ["b", "c"],
        "x": ["a", "x"],
    }
