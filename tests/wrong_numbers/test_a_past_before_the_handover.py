"""A deal handed over seemed to have begun with its new owner.

Within the scope of one reader, former states counted only where that reader had owned them."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_a_deal_is_seen_with_its_whole_past(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="id  stage  owner_id\nd1  Proposal  bob",
        opportunity_version="""
            opportunity_id  valid_from        stage        owner_id
            d1              2026-01-01T09:00  Prospecting  ann
            d1              2026-02-01T09:00  Discovery    ann
            d1              2026-03-01T09:00  Proposal     bob
        """,
    )
    assert book.seen_by(["bob"]).measure("stage_conversion").figure.n == 3
