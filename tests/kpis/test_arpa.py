"""Revenue per account divides what is paid a month by who pays."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id  stage  close_date
    d1  Won    2026-06-30
"""
ACCOUNTS = """
    id  name   industry  created_on
    a1  Acme   Media     2020-01-01
    a2  Brill  Media     2026-06-29
    a3  Corda  Software  2020-01-01
"""
REVENUE = """
    id  account_id  starts_on   ends_on     monthly  currency
    r1  a1          2025-01-01  -           100      USD
    r2  a1          2026-01-01  2026-07-01  50       USD
    r3  a2          2025-01-01  2026-06-30  999      USD
    r4  a3          2026-06-30  -           10       EUR
    r5  a9          2025-01-01  -           30       USD
    r6  a3          2026-07-01  -           999      USD
"""
RATES = """
    currency  valid_from  valid_to    rate
    USD       2020-01-01  -           1
    EUR       2020-01-01  -           1.50
"""


def book_of(draw: Callable[..., Book]) -> Book:
    return draw(account=ACCOUNTS, recurring_revenue=REVENUE, exchange_rate=RATES, opportunity=DEALS)


def test_an_account_with_two_subscriptions_pays_once(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).measure("arpa").figure
    assert figure.numerator == 150_00 + 15_00 + 30_00
    assert figure.denominator == 3
    assert figure.value == 65_00


def test_the_last_day_is_the_one_before_the_end(draw: Callable[..., Book]) -> None:
    ids = {r["id"] for r in book_of(draw).rows_behind("arpa").dicts()}
    assert ids == {"a1", "a3", "a9"}  # a2 paid for the last time on 29 June


def test_revenue_of_an_account_no_file_names_is_not_lost(draw: Callable[..., Book]) -> None:
    found = book_of(draw).measure("arpa", by=["industry"])
    assert {f.key[0]: f.numerator for f in found} == {
        "Media": 150_00,
        "Software": 15_00,
        None: 30_00,
    }


def test_revenue_in_a_currency_without_a_rate_is_excluded(draw: Callable[..., Book]) -> None:
    book = draw(account=ACCOUNTS, recurring_revenue=REVENUE, opportunity=DEALS)
    figure = book.measure("arpa").figure
    assert (figure.n, figure.n_excluded) == (2, 1)


def test_without_recurring_revenue_it_says_which_file_would_bring_it(
    draw: Callable[..., Book],
) -> None:
    figure = draw(opportunity=DEALS).measure("arpa").figure
    assert figure.value is None
    assert "recurring revenue" in figure.why
