"""Open deals of one account are in one currency."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.data_quality.finding import wrong


def test_all_open_deals_of_an_account_with_two_currencies_are_found(
    draw: Callable[..., Book],
) -> None:
    rates = "currency  valid_from  rate\nUSD  2020-01-01  1\nEUR  2020-01-01  1.1"
    deals = """
        id   stage     amount  currency  account_id  created_on  close_date
        m1   Proposal  100     USD       mixed       2026-01-01  2026-07-01
        m2   Proposal  100     EUR       mixed       2026-01-01  2026-07-01
        o1   Proposal  100     EUR       one         2026-01-01  2026-07-01
        o2   Won       100     USD       one         2026-01-01  2026-02-01
        n1   Proposal  100     USD       -           2026-01-01  2026-07-01
        n2   Proposal  100     EUR       -           2026-01-01  2026-07-01
    """
    book = draw(opportunity=deals, exchange_rate=rates)
    assert wrong(book, "currency_mixed") == {"m1", "m2"}
