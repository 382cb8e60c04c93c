"""Comparisons within strata give the values of their textbooks; what only a mixture or one cluster does is not found."""

from __future__ import annotations

from random import Random

import pytest

from salesops.foundations.held_equal import (
    Unit,
    apart,
    by_when,
    curve_of,
    levels,
    mean_until,
    median_interval,
)

# Freireich 1963: weeks of remission under 6-MP, with those last seen then, and under placebo.
TREATED: tuple[tuple[int, int, int], ...] = (
    (6, 3, 1),
    (7, 1, 0),
    (9, 0, 1),
    (10, 1, 1),
    (11, 0, 1),
    (13, 1, 0),
    (16, 1, 0),
    (17, 0, 1),
    (19, 0, 1),
)
TREATED += ((20, 0, 1), (22, 1, 0), (23, 1, 0), (25, 0, 1), (32, 0, 2), (34, 0, 1), (35, 0, 1))
PLACEBO = (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)


def leukaemia() -> list[Unit]:
    """Each patient a cluster of their own."""
    units = []
    for week, ended, seen in TREATED:
        units += [Unit(True, "", f"t{week}e{n}", week, True) for n in range(ended)]
        units += [Unit(True, "", f"t{week}s{n}", week, False) for n in range(seen)]
    return units + [Unit(False, "", f"p{n}", week, True) for n, week in enumerate(PLACEBO)]


def test_without_strata_it_is_the_log_rank_test_of_the_leukaemia_patients() -> None:
    found = apart(leukaemia())
    assert found.lacking == pytest.approx(19.25 - 9, abs=0.01)
    assert found.lacking**2 / (found.variance / found.inflation) == pytest.approx(16.79, abs=0.01)


def test_the_medians_and_their_intervals_are_those_printed() -> None:
    sides = [curve_of(u for u in leukaemia() if u.is_here is here) for here in (True, False)]
    assert [by_when(c, 0.5) for c in sides] == [23, 8]
    assert [median_interval(c) for c in sides] == [(13, None), (4, 11)]


def test_without_censoring_the_mean_is_the_mean_and_its_error_that_of_a_mean() -> None:
    days = [2, 4, 4, 6, 9]
    mean, variance = mean_until(curve_of(Unit(True, "", "", d, True) for d in days), 100)
    assert mean == 5
    assert variance == pytest.approx(sum((d - 5) ** 2 for d in days) / 5 / 5)


def mixture(seed: int, *, slow: float) -> list[Unit]:
    """Large deals take four times as long and are most here, few there; the group is `slow` times as slow besides."""
    random = Random(seed)
    units = []
    for is_here, large, small in ((True, 60, 20), (False, 40, 160)):
        for stratum, count, usual in (("large", large, 40), ("small", small, 10)):
            for _ in range(count):
                days = usual * random.lognormvariate(0, 0.6) * (slow if is_here else 1)
                units.append(Unit(is_here, stratum, f"s{random.randrange(20)}", round(days), True))
    return units


def test_what_is_slow_only_for_its_large_deals_is_not_slow() -> None:
    found = [apart(mixture(seed, slow=1)) for seed in range(40)]
    assert sum(f.chance < 0.05 for f in found) <= 5
    assert apart(u._replace(stratum="") for u in mixture(1, slow=1)).chance < 1e-3


def test_what_is_slow_whatever_the_mix_is_and_the_others_are_told_at_its_mix() -> None:
    units = mixture(1, slow=2)
    assert apart(units).chance < 1e-4
    measured = levels(units)
    assert measured is not None
    here, usual, _ = measured
    assert here.mean / usual.mean == pytest.approx(2, abs=0.5)
    plain = [u.days for u in units if not u.is_here]
    assert usual.mean > 1.5 * sum(plain) / len(plain)


def test_two_slow_sellers_are_two_slow_sellers_and_no_slow_quarter() -> None:
    random = Random(3)
    units = [
        Unit(
            is_here,
            "",
            f"s{n % 12}",
            round(random.lognormvariate(2.5, 0.5) * (6 if is_here and n % 12 < 2 else 1)),
            True,
        )
        for is_here in (True, False)
        for n in range(120)
    ]
    found = apart(units)
    assert found.inflation > 1.5
    assert found.chance > 0.01


def test_with_all_days_alike_it_is_a_comparison_of_shares() -> None:
    units = [
        Unit(here, "", str(n), 0, n < hits)
        for here, hits in ((True, 30), (False, 15))
        for n in range(60)
    ]
    found = apart(units)
    assert found.lacking == pytest.approx(22.5 - 30)
    measured = levels(units)
    assert measured is not None
    assert (measured[0].ended, measured[1].ended) == (0.5, 0.25)


def test_where_strata_do_not_meet_nothing_is_compared() -> None:
    units = [Unit(True, "a", "x", 3, True), Unit(False, "b", "y", 9, True)]
    assert levels(units) is None
    assert apart(units).chance == 1
