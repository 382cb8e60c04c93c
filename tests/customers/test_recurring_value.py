"""The value of customers with contracts: who counts as staying and leaving, and of how much."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from salesops.book.book import Book
from salesops.customers import RecurringValue, Terms, recurring_value
from salesops.customers.renewing import worth_of_new
from salesops.foundations.problem import Refusal

ACCOUNTS = "id  name\n" + "\n".join(f"a{n}  A{n}" for n in range(80))
DEALS = "id  stage\nd1  Proposal"
SEEN = "id  owner_id  occurred_at  is_done\nv1  ann  2026-06-30T10:00  yes"


def drawn(draw: Callable[..., Book], *more: str, left: int = 20) -> Book:
    """Sixty customers of January 2024: so many leave at the first renewal, ten at the second; what more is given."""
    lines = ["id  account_id  starts_on  ends_on  monthly  gross_margin"]
    for n in range(60):
        ends = "2025-01-01" if n < left else "2026-01-01" if n < left + 10 else "-"
        lines.append(f"r{n}  a{n}  2024-01-01  {ends}  100  0.8")
    return draw(
        account=ACCOUNTS,
        opportunity=DEALS,
        activity=SEEN,
        recurring_revenue="\n".join([*lines, *more]),
    )


def counted(book: Book) -> RecurringValue:
    """Without an interval, which takes long."""
    return recurring_value(book, Terms(draws=0))


def test_a_new_customer_is_worth_its_terms_as_long_as_it_is_expected_to_stay(
    draw: Callable[..., Book],
) -> None:
    found = recurring_value(drawn(draw), Terms(years=3, draws=60))
    assert [(r.n, r.stayed) for r in found.renewals] == [(60, 40), (40, 30)]
    # Two shares are told exactly by two parameters.
    assert [r.expected for r in found.renewals] == pytest.approx([2 / 3, 3 / 4], abs=0.001)
    term = 100_00 * 12 * 0.8
    assert found.term_minor == pytest.approx(term)
    parameters = np.array([found.alpha, found.beta])
    assert found.new.value == pytest.approx(term * worth_of_new(parameters, 3, 0.1))
    assert found.new.low is not None
    assert found.new.high is not None
    assert found.new.low < found.new.value < found.new.high
    assert found == recurring_value(
        drawn(draw), Terms(years=3, draws=60)
    )  # the same seed, the same interval


def test_who_leaves_before_a_renewal_that_has_not_come_is_not_held_against_the_others(
    draw: Callable[..., Book],
) -> None:
    # Two of five who came in September 2025 are gone already; the first renewal of the five is still to come.
    young = [
        f"y{n}  a{60 + n}  2025-09-01  {'2026-03-01' if n < 2 else '-'}  100  0.8" for n in range(5)
    ]
    before, after = counted(drawn(draw)), counted(drawn(draw, *young))
    assert after.renewals == before.renewals
    assert (after.n, after.left, after.n_present) == (65, 32, 33)


def test_a_gap_ends_a_customer_and_another_price_does_not(draw: Callable[..., Book]) -> None:
    more = (
        "p1  a70  2024-01-01  2025-03-01  100  0.8",
        "p2  a70  2025-03-01  -           200  0.8",
        "g1  a71  2024-01-01  2025-01-01  100  0.8",
        "g2  a71  2025-02-01  -           100  0.8",
    )
    found = counted(drawn(draw, *more))
    assert (found.n, found.left) == (63, 31)
    assert (
        found.renewals[0].n == 63
    )  # the one who came back has a first renewal behind them as well
    # One of 63 pays twice as much now.
    assert found.term_minor == pytest.approx(100_00 * 12 * 0.8 * 64 / 63)


def test_too_few_who_left_say_nothing(draw: Callable[..., Book]) -> None:
    with pytest.raises(Refusal, match="have left at a renewal"):
        recurring_value(drawn(draw, left=-6))


def test_who_does_not_see_revenue_gets_none_and_deals_do_not_narrow_it(
    draw: Callable[..., Book],
) -> None:
    with pytest.raises(Refusal, match="a condition on deals"):
        recurring_value(drawn(draw).where("amount > 5"))
