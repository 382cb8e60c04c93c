"""The value of customers who buy again: what is taken for a purchase, and whether it foretells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from salesops.book.book import Book
from salesops.customers import Purchase, Terms, purchase_value, purchases_of
from salesops.customers.purchases import customers_of
from salesops.foundations.problem import Refusal

FIRST, LAST = date(2024, 1, 1), date(2025, 12, 31)


def market(n: int, seed: int) -> list[Purchase]:
    """Customers who buy every other month or so, stop after any but the first purchase, and spend about 50 at a time."""
    chance = np.random.default_rng(seed)
    found = []
    for customer in range(n):
        day = FIRST + timedelta(days=int(chance.integers(0, 365)))
        rate, mean = chance.gamma(2.0, 1 / 90), 5_000 * chance.gamma(8.0, 1 / 8)
        first = day
        while day <= LAST:
            found.append(Purchase(f"c{customer}", day, int(mean * chance.gamma(4.0, 1 / 4)) + 1))
            if day > first and chance.random() < 0.2:
                break
            day += timedelta(days=1 + int(chance.exponential(1 / rate)))
    return found


def test_purchases_of_a_day_are_one_and_time_counts_from_the_first() -> None:
    held = customers_of(
        [Purchase("b", date(2025, 1, 1), 7), Purchase("a", date(2025, 1, 1), 10),
         Purchase("a", date(2025, 1, 15), 20), Purchase("a", date(2025, 1, 15), 40)],
        date(2025, 1, 29),
    )  # fmt: skip
    assert held.ids == ("a", "b")
    assert [held.seen.x[0], held.seen.last[0], held.seen.age[0], held.mean[0]] == [1, 2, 4, 35]
    assert [held.seen.x[1], held.seen.last[1], held.seen.age[1]] == [0, 0, 4]


def test_what_it_foretells_happens_and_all_values_add_up() -> None:
    bought = market(600, seed=9)
    found = purchase_value(bought, terms=Terms(years=2, margin=0.5, draws=60))
    assert found.check is not None
    assert found.check.foretold == pytest.approx(found.check.happened, rel=0.15)
    assert found.each == pytest.approx(5_000, rel=0.1)
    assert abs(found.tied) < 0.2
    assert sum(b.value for b in found.buyers) == pytest.approx(found.present.value)
    assert [b.value for b in found.buyers] == sorted((b.value for b in found.buyers), reverse=True)
    for value in (found.new, found.present, found.to_come):
        assert value.low is not None
        assert value.high is not None
        assert value.low < value.value < value.high
    # The first purchase is paid at once, all others later and discounted.
    assert found.each * 0.5 < found.new.value < found.each * 0.5 * found.to_come.value


def test_too_few_who_came_again_say_nothing() -> None:
    once = [Purchase(f"c{n}", FIRST, 100) for n in range(100)]
    with pytest.raises(Refusal, match="0 bought on more than one day"):
        purchase_value(once, until=LAST)
    with pytest.raises(Refusal, match="amount above 0"):
        purchase_value([Purchase("a", FIRST, 0)])


def test_of_a_book_won_deals_are_purchases_of_those_its_reader_sees(
    draw: Callable[..., Book],
) -> None:
    deals = """
        id  account_id  stage  amount  close_date  owner_id
        d1  a1          Won    10      2026-02-01  ann
        d2  a1          Won    -       2026-03-01  bob
        d3  a2          Lost   10      2026-02-01  ann
        d4  -           Won    10      2026-02-01  ann
    """
    book = draw(account="id  name\na1  A\na2  B", opportunity=deals)
    assert sorted(purchases_of(book)) == [
        ("a1", date(2026, 2, 1), 10_00),
        ("a1", date(2026, 3, 1), 0),
    ]
    assert purchases_of(book.where("amount > 50")) == []
