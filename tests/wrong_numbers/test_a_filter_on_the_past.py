"""Large deals had skipped the stages they were small in.

A condition on the amount was also put to every former state of a deal, so a deal of today's large ones lost
the part of its past in which it was still small."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_a_condition_chooses_deals_and_not_parts_of_their_past(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="id  stage  amount  close_date\nd1  Won  900  2026-05-05",
        opportunity_version="""
            opportunity_id  valid_from        stage        amount  close_date
            d1              2026-01-01T09:00  Prospecting  100     2026-05-05
            d1              2026-02-01T09:00  Proposal     900     2026-05-05
            d1              2026-05-05T09:00  Won          900     2026-05-05
        """,
    )
    found = book.where("amount >= 500").measure("stage_conversion", by=["stage"])
    assert [f.key[0] for f in found] == ["Prospecting", "Proposal"]
