"""Intervals agree with published figures, and with each other where they must."""

from __future__ import annotations

from fractions import Fraction
from math import comb, isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesops.foundations.statistics import (
    mean_interval,
    median_ranks,
    ratio_interval,
    student_quantile,
    wilson,
)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [  # Newcombe 1998, Statistics in Medicine 17, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_of_a_share_is_that_published(
    successes: int, n: int, low: float, high: float
) -> None:
    found = wilson(successes, n)
    assert found == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_of_a_share_holds_it_and_stays_within_0_and_1(counts: tuple[int, int]) -> None:
    successes, n = counts
    found = wilson(successes, n)
    assert found is not None
    low, high = found
    assert 0 <= low <= successes / n <= high <= 1
    mirrored = wilson(n - successes, n)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-9)


def test_nothing_has_no_share() -> None:
    assert wilson(0, 0) is None


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5)])
def test_more_successes_than_tries_are_an_error(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match="not a share"):
        wilson(successes, n)


def sums(values: list[float]) -> tuple[int, float, float]:
    return len(values), sum(values), sum(v * v for v in values)


def test_the_interval_of_a_mean_is_that_worked_out_by_hand() -> None:
    # Mean 5, variance 10 over 5 rows, t 2.776445 with 4 degrees: 5 ± 2.776445 × √2.
    found = mean_interval(*sums([1, 3, 5, 7, 9]))
    assert found == pytest.approx((5 - 2.776445 * sqrt(2), 5 + 2.776445 * sqrt(2)), abs=1e-5)


def test_the_interval_of_a_mean_is_that_of_the_handbook() -> None:
    # NIST/SEMATECH e-Handbook, 1.3.5.2: 195 rows, mean 9.261460, deviation 0.022789.
    n, mean, deviation = 195, 9.261460, 0.022789
    squares = (n - 1) * deviation**2 + n * mean**2
    assert mean_interval(n, n * mean, squares) == pytest.approx((9.258242, 9.264679), abs=2e-6)


def test_one_row_has_no_spread() -> None:
    assert mean_interval(*sums([5])) is None
    assert mean_interval(*sums([])) is None
    assert ratio_interval(1, 5, 1, 25, 1, 5) is None


def test_equal_rows_have_no_width() -> None:
    assert mean_interval(*sums([0.1] * 7)) == pytest.approx((0.1, 0.1), abs=1e-8)


def test_a_ratio_over_nothing_has_no_interval() -> None:
    assert ratio_interval(3, 5, 0, 25, 0, 0) is None


def test_the_interval_of_a_ratio_is_that_worked_out_by_hand() -> None:
    # x 2, 4, 9 over y 1, 2, 3: ratio 2.5; residuals −0.5, −1, 1.5 square to 3.5 in all;
    # error √(3/2 × 3.5) ÷ 6; t 4.302653 with 2 degrees.
    half = 4.302653 * sqrt(1.5 * 3.5) / 6
    found = ratio_interval(3, 15, 6, 101, 14, 37)
    assert found == pytest.approx((2.5 - half, 2.5 + half), abs=1e-5)


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=50))
def test_a_ratio_over_ones_is_a_mean(values: list[int]) -> None:
    n, total, squares = sums([float(v) for v in values])
    assert ratio_interval(n, total, n, squares, n, total) == pytest.approx(
        mean_interval(n, total, squares), abs=1e-5
    )


@pytest.mark.parametrize(
    ("probability", "degrees", "quantile"),
    [  # tables of Student's t
        (0.975, 1, 12.7062),
        (0.975, 2, 4.3027),
        (0.975, 5, 2.5706),
        (0.975, 10, 2.2281),
        (0.975, 30, 2.0423),
        (0.975, 100, 1.9840),
        (0.995, 1, 63.6567),
        (0.95, 10, 1.8125),
        (0.9, 3, 1.6377),
        (0.975, 1000, 1.9623),
        (0.975, 10**9, 1.9600),
        (0.5, 7, 0.0),
    ],
)
def test_students_quantile_is_that_of_the_tables(
    probability: float, degrees: int, quantile: float
) -> None:
    assert student_quantile(probability, degrees) == pytest.approx(quantile, abs=6e-5)
    assert student_quantile(1 - probability, degrees) == pytest.approx(-quantile, abs=6e-5)


@given(st.floats(0.001, 0.999), st.integers(1, 400))
def test_students_quantile_falls_with_its_degrees(probability: float, degrees: int) -> None:
    here, there = (student_quantile(probability, d) for d in (degrees, degrees + 1))
    assert abs(there) <= abs(here) + 1e-9


@pytest.mark.parametrize(("probability", "degrees"), [(0.0, 5), (1.0, 5), (0.5, 0)])
def test_a_quantile_that_does_not_exist_is_an_error(probability: float, degrees: int) -> None:
    with pytest.raises(ValueError, match="degree"):
        student_quantile(probability, degrees)


@pytest.mark.parametrize(
    ("n", "ranks"),
    [  # tables of the sign test's interval for a median
        (6, (1, 6)),
        (9, (2, 8)),
        (10, (2, 9)),
        (20, (6, 15)),
        (30, (10, 21)),
        (50, (18, 33)),
        (100, (40, 61)),
    ],
)
def test_the_ranks_that_hold_a_median_are_those_of_the_tables(
    n: int, ranks: tuple[int, int]
) -> None:
    assert median_ranks(n) == ranks


@pytest.mark.parametrize("n", [-1, 0, 1, 5])
def test_few_rows_hold_no_median(n: int) -> None:
    assert median_ranks(n) is None


@pytest.mark.parametrize("n", [6, 37, 250, 999, 1000, 1001, 1002, 1500, 2048, 5001])
def test_the_ranks_hold_the_median_as_surely_as_they_say_and_hardly_wider(n: int) -> None:
    ranks = median_ranks(n)
    assert ranks is not None
    low, high = ranks
    assert low + high == n + 1
    assert _outside(n, low) <= Fraction(1, 20)
    assert _outside(n, low + 2) > Fraction(1, 20)


def _outside(n: int, low: int) -> Fraction:
    """The chance that the median lies below the rank `low` or above its mirror."""
    return Fraction(2 * sum(comb(n, k) for k in range(low)), 2**n)


def test_the_share_of_a_million_is_narrow() -> None:
    found = wilson(500_000, 1_000_000)
    assert found is not None
    assert isclose(found[1] - found[0], 2 * 1.959964 * sqrt(0.25 / 1_000_000), rel_tol=1e-4)
