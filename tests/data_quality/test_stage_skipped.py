"""A stage was skipped when a deal was before and beyond it, and never in it."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.data_quality.finding import wrong


def test_a_stage_passed_over_is_found_and_a_late_start_is_none(draw: Callable[..., Book]) -> None:
    deals = """
        id     stage     amount  created_on  close_date
        leapt  Proposal  100     2026-01-01  2026-07-01
        each   Proposal  100     2026-01-01  2026-07-01
        late   Proposal  100     2026-01-01  2026-07-01
    """
    states = """
        opportunity_id  valid_from        stage        amount  close_date
        leapt           2026-01-01T00:00  Prospecting  100     2026-07-01
        leapt           2026-02-01T00:00  Proposal     100     2026-07-01
        each            2026-01-01T00:00  Prospecting  100     2026-07-01
        each            2026-01-15T00:00  Discovery    100     2026-07-01
        each            2026-02-01T00:00  Proposal     100     2026-07-01
        late            2026-02-01T00:00  Proposal     100     2026-07-01
    """
    book = draw(opportunity=deals, opportunity_version=states)
    assert wrong(book, "stage_skipped") == {"leapt"}


def test_a_stage_no_longer_in_use_is_not_skipped(draw: Callable[..., Book]) -> None:
    stages = """
        stage        position  outcome  is_active
        Prospecting  1         open     yes
        Discovery    2         open     no
        Proposal     3         open     yes
    """
    states = """
        opportunity_id  valid_from        stage        amount  close_date
        d1              2026-01-01T00:00  Prospecting  100     2026-07-01
        d1              2026-02-01T00:00  Proposal     100     2026-07-01
    """
    deals = (
        "id  stage     amount  created_on  close_date\nd1  Proposal  100  2026-01-01  2026-07-01"
    )
    book = draw(opportunity=deals, opportunity_version=states, pipeline_stage=stages)
    assert wrong(book, "stage_skipped") == set()
