"""No deal closes before the day it was created."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.data_quality.finding import wrong


def test_a_close_date_before_creation_is_found_open_or_closed(draw: Callable[..., Book]) -> None:
    deals = """
        id    stage     amount  created_on  close_date
        won   Won       100     2026-02-02  2026-02-01
        open  Proposal  100     2026-06-02  2026-06-01
        same  Won       100     2026-02-01  2026-02-01
        none  Proposal  100     2026-02-01  -
    """
    assert wrong(draw(opportunity=deals), "close_before_creation") == {"won", "open"}
