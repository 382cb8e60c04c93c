"""Only open deals can lack a close date."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.data_quality.finding import wrong


def test_an_open_deal_without_a_date_is_found(draw: Callable[..., Book]) -> None:
    deals = """
        id    stage     amount  created_on  close_date
        none  Proposal  100     2026-01-01  -
        has   Proposal  100     2026-01-01  2026-07-01
        lost  Lost      100     2026-01-01  -
    """
    assert wrong(draw(opportunity=deals), "close_date_missing") == {"none"}
