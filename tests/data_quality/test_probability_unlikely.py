"""An open deal's probability is one its stage can have."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.data_quality.finding import wrong


def test_what_is_decided_or_far_from_the_stage_is_found(draw: Callable[..., Book]) -> None:
    deals = """
        id     stage        amount  created_on  close_date  probability
        sure   Proposal     100     2026-01-01  2026-07-01  1
        never  Prospecting  100     2026-01-01  2026-07-01  0
        far    Prospecting  100     2026-01-01  2026-07-01  0.6
        near   Proposal     100     2026-01-01  2026-07-01  0.5
        own    Proposal     100     2026-01-01  2026-07-01  0.6
        none   Proposal     100     2026-01-01  2026-07-01  -
        won    Won          100     2026-01-01  2026-02-01  1
    """
    assert wrong(draw(opportunity=deals), "probability_unlikely") == {"sure", "never", "far"}
