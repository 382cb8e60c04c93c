"""The tests of evidence give the values of their textbooks, and are silent about chance."""

from __future__ import annotations

from math import comb
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesops.insights._evidence import (
    ALPHA,
    Counts,
    one_sided,
    ranks_higher,
    stratified,
    survivors,
    two_sided,
    upper_tail,
)


def test_an_exact_tail_is_that_of_the_tea_tasting_lady() -> None:
    """Fisher 1935: four of four cups told right is 1 in 70, three or more of four 17 in 70."""
    assert upper_tail(Counts(4, 4, 0, 4)) == pytest.approx(1 / 70)
    assert upper_tail(Counts(3, 4, 1, 4)) == pytest.approx(17 / 70)


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 25), st.integers(1, 25), st.data())
def test_an_exact_tail_is_the_sum_of_all_tables_as_far_out(
    n: int, m: int, data: st.DataObject
) -> None:
    hit = data.draw(st.integers(0, n))
    others = data.draw(st.integers(0, m))
    whole = comb(n + m, n)
    tail = sum(
        comb(hit + others, k) * comb(n + m - hit - others, n - k)
        for k in range(hit, min(n, hit + others) + 1)
    )
    assert upper_tail(Counts(hit, n, others, m)) == pytest.approx(tail / whole)


def test_a_tail_of_many_thousands_is_still_a_chance() -> None:
    assert upper_tail(Counts(30_000, 60_000, 40_000, 80_000)) == pytest.approx(0.5, abs=0.01)
    assert upper_tail(Counts(40_000, 60_000, 40_000, 80_000)) < 1e-9


def test_strata_undo_what_a_mixture_pretends() -> None:
    """Within each type both win alike; only the mixture of types differs."""
    renewals = Counts(80, 100, 16, 20)
    new = Counts(4, 20, 20, 100)
    assert two_sided(3) == pytest.approx(0.0027, abs=1e-4)
    assert stratified([renewals, new]) > 0.9
    assert upper_tail(Counts(84, 120, 36, 120)) < 1e-6


def test_without_anything_to_compare_nothing_is_significant() -> None:
    assert stratified([]) == 1
    assert stratified([Counts(5, 5, 0, 0)]) == 1
    assert stratified([Counts(5, 5, 7, 7)]) == 1


def test_many_looks_count_as_many() -> None:
    assert survivors({"a": 0.0009}) == ["a"]
    assert survivors({"a": 0.0009, "b": 0.5}) == []
    assert survivors({"a": 0.0001, "b": 0.0009, "c": 0.00001}) == ["c", "a", "b"]


def test_ranks_count_who_beats_whom() -> None:
    """7 is above three of 3, 5, 6, 10 and 17, 14 above four, 22 and 36 above all: 17 of 20 pairs."""
    rows = [(v, 1, 0) for v in (7, 14, 22, 36)] + [(v, 0, 1) for v in (3, 5, 6, 10, 17)]
    assert ranks_higher(rows) == pytest.approx((17 - 10) / (4 * 5 * 10 / 12) ** 0.5)
    assert ranks_higher([(5, 10, 10)]) == 0
    assert ranks_higher([]) == 0


def test_a_look_at_noise_alarms_about_as_seldom_as_it_says() -> None:
    """Of 3,000 looks at equal shares the exact test at 5 % speaks in 5 % at most, the others near it."""
    random = Random(7)
    exact, within, rank = 0, 0, 0
    looks = 1000
    for _ in range(looks):
        draws = [sum(random.random() < 0.35 for _ in range(60)) for _ in range(4)]
        exact += upper_tail(Counts(draws[0], 60, draws[1], 60)) < 0.05
        strata = [Counts(draws[0], 60, draws[1], 60), Counts(draws[2], 60, draws[3], 60)]
        within += stratified(strata) < 0.05
        days = [[round(random.lognormvariate(3, 0.7)) for _ in range(40)] for _ in range(2)]
        rows = [(float(d), 1, 0) for d in days[0]] + [(float(d), 0, 1) for d in days[1]]
        rank += one_sided(ranks_higher(rows)) < 0.05
    assert exact / looks <= 0.06
    assert within / looks <= 0.06
    assert 0.03 < rank / looks < 0.07
    assert ALPHA <= 0.001
