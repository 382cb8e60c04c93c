"""A deal moved back when it stands before where it had been."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.data_quality.finding import wrong


def test_an_earlier_stage_than_reached_is_found(draw: Callable[..., Book]) -> None:
    deals = """
        id      stage      amount  created_on  close_date
        back    Discovery  100     2026-01-01  2026-07-01
        onward  Proposal   100     2026-01-01  2026-07-01
        closed  Lost       100     2026-01-01  2026-03-01
    """
    states = """
        opportunity_id  valid_from        stage      amount  close_date
        back            2026-01-01T00:00  Proposal   100     2026-07-01
        back            2026-02-01T00:00  Discovery  100     2026-07-01
        onward          2026-01-01T00:00  Discovery  100     2026-07-01
        onward          2026-02-01T00:00  Proposal   100     2026-07-01
        closed          2026-01-01T00:00  Proposal   100     2026-07-01
        closed          2026-02-01T00:00  Discovery  100     2026-07-01
        closed          2026-03-01T00:00  Lost       100     2026-03-01
    """
    book = draw(opportunity=deals, opportunity_version=states)
    assert wrong(book, "stage_backwards") == {"back"}
