"""The weighted pipeline changed with who was looking.

The chance of a stage is the company's, but was worked out from the deals the reader may see."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_the_chance_of_a_stage_is_the_companys(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="""
            id  stage     amount  close_date  owner_id
            d1  Won       100     2026-05-05  ann
            d2  Lost      100     2026-05-05  bob
            d3  Proposal  100     2026-09-05  bob
        """,
        opportunity_version="""
            opportunity_id  valid_from        stage     amount  close_date  owner_id
            d1              2026-01-01T09:00  Proposal  100     2026-05-05  ann
            d1              2026-05-05T09:00  Won       100     2026-05-05  ann
            d2              2026-01-01T09:00  Proposal  100     2026-05-05  bob
            d2              2026-05-05T09:00  Lost      100     2026-05-05  bob
            d3              2026-01-01T09:00  Proposal  100     2026-09-05  bob
        """,
    )
    assert book.seen_by(["bob"]).measure("weighted_pipeline").value == 50_00
