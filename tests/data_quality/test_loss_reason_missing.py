"""A deal lost within a year has a reason that says something."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.data_quality.finding import wrong
from tests.insights.drawing import CALLED


def test_a_loss_of_the_last_year_without_a_reason_is_found(draw: Callable[..., Book]) -> None:
    deals = """
        id    stage        amount  created_on  close_date  loss_reason
        none  Lost         100     2026-01-01  2026-02-01  -
        x     Lost         100     2026-01-01  2026-02-01  n/a
        said  Lost         100     2026-01-01  2026-02-01  Price
        old   Lost         100     2025-01-01  2025-06-29  -
        idle  No decision  100     2026-01-01  2026-02-01  -
        open  Proposal     100     2026-01-01  2026-07-01  -
    """
    book = draw(opportunity=deals, activity=CALLED)
    assert wrong(book, "loss_reason_missing") == {"none", "x"}
