"""An amount without a rate is in no sum."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.data_quality.finding import wrong


def test_a_currency_no_rate_is_known_for_is_found(draw: Callable[..., Book]) -> None:
    rates = "currency  valid_from  rate\nUSD  2020-01-01  1\nEUR  2020-01-01  1.1"
    deals = """
        id   stage     amount  currency  created_on  close_date
        usd  Proposal  100     USD       2026-01-01  2026-07-01
        eur  Proposal  100     EUR       2026-01-01  2026-07-01
        sek  Proposal  100     SEK       2026-01-01  2026-07-01
        nok  Proposal  -       NOK       2026-01-01  2026-07-01
    """
    book = draw(opportunity=deals, exchange_rate=rates)
    assert wrong(book, "currency_without_rate") == {"sek"}
