"""The models of staying, buying and spending give what was published of them, and what was planted."""

from __future__ import annotations

import numpy as np
import pytest

from salesops.customers import buying, renewing, spending
from salesops.customers.fitting import Array, Refitting, likeliest

# Of 1,000 customers those left after each year: Fader and Hardie 2007, "How to project customer retention".
HIGH_END = (1000, 869, 743, 653, 593, 551, 517, 491)
REGULAR = (1000, 631, 468, 382, 326, 289, 262, 241)
CDNOW = np.array([0.243, 4.414, 0.793, 2.426])  # Fader, Hardie and Lee 2005


@pytest.mark.parametrize(
    ("there", "alpha", "beta", "worth", "in_year_12"),
    [(HIGH_END, 0.668, 3.806, 5.92, 0.378), (REGULAR, 0.704, 1.182, 3.69, 0.170)],
)
def test_seven_years_of_the_published_cohorts_give_the_published_parameters(
    there: tuple[int, ...], alpha: float, beta: float, worth: float, in_year_12: float
) -> None:
    counts = np.array(there, dtype=np.float64)
    stayed = np.zeros(8)
    stayed[7] = counts[7]
    found = likeliest(renewing.likelihood_of(counts[:-1] - counts[1:], stayed), (1, 1))
    assert found == pytest.approx([alpha, beta], abs=0.0006)
    assert renewing.worth_of_new(found, 2000, 0.1) == pytest.approx(worth, abs=0.006)
    assert renewing.staying(found, 12)[12] == pytest.approx(in_year_12, abs=0.001)


def test_the_longer_somebody_stayed_the_more_they_are_worth() -> None:
    worth = renewing.worth_of_present(np.array([0.7, 1.2]), np.arange(6.0), 5, 0.1)
    assert (np.diff(worth) > 0).all()


def test_purchases_to_come_are_the_published_ones_of_the_first_customer() -> None:
    first = buying.Seen(np.array([2.0]), np.array([30.43]), np.array([38.86]))
    assert buying.purchases_to_come(CDNOW, first, np.array([39.0]))[0, 0] == pytest.approx(
        1.226, abs=0.0005
    )


def test_no_time_ahead_brings_nothing_and_the_formula_has_no_hole_at_one() -> None:
    at_one, near = (np.array([0.8, 6.0, a, 2.5]) for a in (1.0, 1.001))
    seen = buying.Seen(np.array([0.0, 3.0]), np.array([0.0, 20.0]), np.array([10.0, 30.0]))
    ahead = np.array([0.0, 26.0])
    found = buying.purchases_to_come(at_one, seen, ahead)
    assert found[:, 0] == pytest.approx([0, 0], abs=1e-9)
    assert found[:, 1] == pytest.approx(
        buying.purchases_to_come(near, seen, ahead)[:, 1], rel=0.002
    )


def test_where_all_stop_with_the_same_chance_purchases_end_with_it() -> None:
    """Of who stops with 0.2 after each purchase there are five in the end, whatever their rate."""
    alike = np.array([2.0, 6.0, 4_000.0, 16_000.0])
    found = buying.purchases_to_come(alike, buying.FIRST_TIME, np.array([20_000.0]))
    assert found[0, 0] == pytest.approx(5, rel=0.01)


def bought(n: int, parameters: tuple[float, float, float, float], seed: int) -> buying.Seen:
    """Customers who do as the model says, seen for 40 to 80 weeks."""
    r, alpha, a, b = parameters
    chance = np.random.default_rng(seed)
    rows = []
    for rate, leaves in zip(chance.gamma(r, 1 / alpha, n), chance.beta(a, b, n), strict=True):
        age, at, x, last = chance.uniform(40, 80), 0.0, 0, 0.0
        while (at := at + chance.exponential(1 / rate)) <= age:
            x, last = x + 1, at
            if chance.random() < leaves:
                break
        rows.append((x, last, age))
    return buying.Seen(*np.array(rows, dtype=np.float64).T)


def test_planted_rates_and_chances_of_stopping_are_found_again() -> None:
    planted = (0.8, 6.0, 0.9, 2.5)
    seen = bought(3000, planted, seed=3)
    likelihood = buying.likelihood_of(seen)
    found = likeliest(likelihood, buying.START)
    assert likelihood(found) >= likelihood(np.array(planted))
    r, alpha, a, b = found
    assert r / alpha == pytest.approx(0.8 / 6, rel=0.1)  # the mean rate
    assert a / (a + b) == pytest.approx(0.9 / 3.4, rel=0.15)  # the mean chance
    weights = np.random.default_rng(4).poisson(1, 3000).astype(np.float64)
    again = buying.likelihood_of(seen, weights)
    quick = Refitting(likelihood, found).fit(again)
    assert quick == pytest.approx(likeliest(again, found), rel=0.001)


def test_planted_amounts_are_found_again_and_little_known_ones_drawn_to_all_others() -> None:
    chance = np.random.default_rng(5)
    p, q, gamma = 6.0, 4.0, 15.0
    n = chance.integers(1, 9, 3000).astype(np.float64)
    mean = chance.gamma(p * n, 1 / chance.gamma(q, 1 / gamma, 3000)) / n
    found = likeliest(spending.likelihood_of(n, mean), spending.START)
    of_new = spending.mean_of_new(found)
    assert of_new == pytest.approx(p * gamma / (q - 1), rel=0.05)
    few, many = spending.mean_of_present(found, np.array([1.0, 50.0]), np.array([90.0, 90.0]))
    assert of_new is not None
    assert of_new < few < many < 90
    unequal: Array = np.array([2.0, 0.9, 3.0])
    assert spending.mean_of_new(unequal) is None
