"""Tails and quantiles are those of the printed tables."""

from __future__ import annotations

import pytest

from salesops.foundations.tails import beta_quantile, chi_square_tail, student_tail


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
