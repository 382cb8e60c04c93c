"""Tails and quantiles are those of the printed tables."""

from __future__ import annotations

from math import comb, exp, factorial, log

import pytest

from salesops.foundations.tails import (
    beta_quantile,
    chi_square_tail,
    count_tails,
    gamma_quantile,
    share_tails,
    student_tail,
)


@pytest.mark.parametrize(("t", "degrees"), [(2.228, 10), (1.960, 1_000_000), (12.706, 1)])
def test_students_tail_is_that_of_the_table(t: float, degrees: int) -> None:
    assert student_tail(t, degrees) == pytest.approx(0.025, abs=1e-4)
    assert student_tail(-t, degrees) == pytest.approx(0.975, abs=1e-4)


@pytest.mark.parametrize(("value", "degrees"), [(3.841, 1), (18.307, 10), (124.342, 100)])
def test_chi_squares_tail_is_that_of_the_table(value: float, degrees: int) -> None:
    assert chi_square_tail(value, degrees) == pytest.approx(0.05, abs=1e-4)
    assert chi_square_tail(0, degrees) == 1


def test_a_beta_quantile_of_even_parameters_is_in_the_middle_and_of_one_is_a_root() -> None:
    assert beta_quantile(0.5, 7, 7) == pytest.approx(0.5)
    assert beta_quantile(0.2, 3, 1) == pytest.approx(0.2 ** (1 / 3))
    assert beta_quantile(0.9, 1, 4) == pytest.approx(1 - 0.1**0.25)


@pytest.mark.parametrize(("hits", "n"), [(0, 7), (3, 7), (7, 7)])
def test_the_tails_of_a_share_are_the_sums_of_the_binomial_distribution(hits: int, n: int) -> None:
    chances = [comb(n, k) * 0.3**k * 0.7 ** (n - k) for k in range(n + 1)]
    at_most, at_least = share_tails(hits, n, 0.3)
    assert at_most == pytest.approx(sum(chances[: hits + 1]))
    assert at_least == pytest.approx(sum(chances[hits:]))


@pytest.mark.parametrize("hits", [0, 2, 9])
def test_the_tails_of_a_count_are_the_sums_of_the_poisson_distribution(hits: int) -> None:
    chances = [exp(-4.5) * 4.5**k / factorial(k) for k in range(hits + 1)]
    at_most, at_least = count_tails(hits, 4.5)
    assert at_most == pytest.approx(sum(chances))
    assert at_least == pytest.approx(1 - sum(chances[:-1]))


def test_a_gamma_quantile_is_that_of_the_exponential_distribution_and_of_chi_square() -> None:
    assert gamma_quantile(0.9, 1) == pytest.approx(-log(0.1))
    assert gamma_quantile(0.95, 5) == pytest.approx(18.307 / 2, abs=1e-3)


def test_what_is_no_share_and_no_count_is_refused() -> None:
    for wrong in (
        lambda: share_tails(4, 3, 0.5),
        lambda: count_tails(-1, 2),
        lambda: gamma_quantile(1, 2),
    ):
        with pytest.raises(ValueError, match=r"count|share|gamma"):
            wrong()
