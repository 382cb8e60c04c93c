"""Who has left owns no open deal."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.data_quality.finding import wrong
from tests.insights.drawing import CALLED


def test_open_deals_of_who_left_are_found_from_their_last_day(draw: Callable[..., Book]) -> None:
    people = """
        id    name      is_active  left_on
        here  Ann Abel  yes        -
        gone  Bob Boyd  no         -
        left  Cay Coen  -          2026-06-30
        soon  Dan Diaz  yes        2026-07-01
    """
    deals = """
        id    stage     amount  created_on  close_date  owner_id
        here  Proposal  100     2026-01-01  2026-07-01  here
        gone  Proposal  100     2026-01-01  2026-07-01  gone
        left  Proposal  100     2026-01-01  2026-07-01  left
        soon  Proposal  100     2026-01-01  2026-07-01  soon
        won   Won       100     2026-01-01  2026-02-01  gone
    """
    book = draw(opportunity=deals, person=people, activity=CALLED)
    assert wrong(book, "owner_left") == {"gone", "left"}
