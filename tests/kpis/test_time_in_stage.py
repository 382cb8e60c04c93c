"""Time in stage is all visits together, of deals that have left."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id  stage      owner_id
    d1  Won        ann
    d2  Discovery  bob
    d3  Discovery  bob
"""
PASTS = """
    opportunity_id  valid_from        stage      owner_id
    d1              2026-01-01T00:00  Discovery  ann
    d1              2026-01-11T00:00  Proposal   ann
    d1              2026-01-12T00:00  Discovery  bob
    d1              2026-01-14T12:00  Won        ann
    d2              2026-01-01T00:00  Discovery  bob
    d3              2026-06-01T00:00  Discovery  bob
"""


def test_visits_add_up_and_who_is_still_there_is_open(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    found = {
        f.key[0]: f for f in book.measure("time_in_stage", period="2026Q1", by="stage").figures
    }
    discovery = found["Discovery"]
    assert [discovery.numerator, discovery.n, discovery.n_open] == [12.5 * 86_400, 1, 1]
    assert found["Proposal"].value == 1
    assert discovery.is_immature


def test_as_of_a_past_day_who_has_left_since_is_still_there(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS).as_of("2026-01-13")
    discovery = book.measure("time_in_stage", period="2026Q1").figure
    assert (discovery.n, discovery.n_open) == (1, 2)  # Proposal is left, Discovery is not
