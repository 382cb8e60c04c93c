"""A late deal needs a next step that says something."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.data_quality.finding import wrong

DEALS = """
    id      stage      amount  created_on  close_date  next_step
    early   Discovery  100     2026-01-01  2026-07-01  -
    none    Proposal   100     2026-01-01  2026-07-01  -
    tbd     Proposal   100     2026-01-01  2026-07-01  tbd
    said    Proposal   100     2026-01-01  2026-07-01  Call Ruth
    won     Won        100     2026-01-01  2026-02-01  -
"""
UNFLAGGED = """
    stage        position  outcome  is_pitched
    Discovery    1         open     no
    Proposal     2         open     no
    Won          3         won      no
"""


def test_a_late_deal_whose_step_says_nothing_is_found(draw: Callable[..., Book]) -> None:
    assert wrong(draw(opportunity=DEALS), "next_step_missing") == {"none", "tbd"}


def test_without_a_flag_the_later_half_of_the_stages_is_late(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, pipeline_stage=UNFLAGGED)
    assert wrong(book, "next_step_missing") == {"none", "tbd"}
