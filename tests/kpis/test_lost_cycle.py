"""Lost cycle is the time from creation to close of what was lost or given up."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book

DEALS = """
    id  stage        created_at        created_on  close_date
    d1  Won          2026-01-01T00:00  -           2026-01-11
    d2  Won          -                 2026-01-01  2026-01-21
    d3  Won          -                 2026-03-01  2026-02-01
    d4  Won          -                 -           2026-02-01
    d5  Lost         2026-01-01T00:00  -           2026-02-05
    d6  No decision  -                 2026-01-01  2026-01-06
    d7  Proposal     2026-01-01T00:00  -           2026-02-05
    d8  Won          -                 2026-04-01  2026-04-02
"""
PASTS = """
    opportunity_id  valid_from        stage     created_at        close_date
    d1              2026-01-01T00:00  Proposal  2026-01-01T00:00  2026-01-11
    d1              2026-01-11T12:00  Won       2026-01-01T00:00  2026-01-11
    d5              2026-01-01T00:00  Proposal  2026-01-01T00:00  2026-01-11
    d5              2026-01-11T00:00  Lost      2026-01-01T00:00  2026-01-11
    d5              2026-01-21T00:00  Proposal  2026-01-01T00:00  2026-02-05
    d5              2026-02-05T12:00  Lost      2026-01-01T00:00  2026-02-05
"""


def test_lost_and_undecided_deals_count(draw: Callable[..., Book]) -> None:
    rows = draw(opportunity=DEALS, opportunity_version=PASTS).rows_behind("lost_cycle").dicts()
    assert {r["id"]: r["numerator"] / 86_400 for r in rows} == {"d5": 35.5, "d6": 5}


def test_a_deal_lost_reopened_and_lost_again_ends_with_the_last_loss(
    draw: Callable[..., Book],
) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    assert book.measure("lost_cycle", period="2026M02").value == Decimal("35.5")


def test_as_of_the_first_loss_it_ended_with_that(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS).as_of("2026-01-15")
    assert book.measure("lost_cycle").value == 10


def test_no_losses_are_nothing(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    assert book.measure("lost_cycle", period="2026Q2").value is None
