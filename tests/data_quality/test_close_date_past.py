"""Only open deals dated before the reading's day are past their close date."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.data_quality.finding import wrong
from tests.insights.drawing import CALLED


def test_a_passed_date_is_found_on_open_deals_alone(draw: Callable[..., Book]) -> None:
    deals = """
        id      stage     amount  created_on  close_date
        past    Proposal  100     2026-01-01  2026-06-29
        today   Proposal  100     2026-01-01  2026-06-30
        ahead   Proposal  100     2026-01-01  2026-07-01
        none    Proposal  100     2026-01-01  -
        won     Won       100     2026-01-01  2026-02-01
    """
    assert wrong(draw(opportunity=deals, activity=CALLED), "close_date_past") == {"past"}
