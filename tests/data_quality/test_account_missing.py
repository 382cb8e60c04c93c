"""Open and won deals belong to an account, where deals have accounts at all."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.data_quality.finding import wrong


def test_open_and_won_deals_without_an_account_are_found(draw: Callable[..., Book]) -> None:
    deals = """
        id    stage     amount  created_on  close_date  account_id
        open  Proposal  100     2026-01-01  2026-07-01  -
        won   Won       100     2026-01-01  2026-02-01  -
        lost  Lost      100     2026-01-01  2026-02-01  -
        has   Proposal  100     2026-01-01  2026-07-01  a1
    """
    assert wrong(draw(opportunity=deals), "account_missing") == {"open", "won"}
