"""Weighted pipeline takes each open deal at the chance its stage has had here."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id  stage      amount  close_date  owner_id
    d1  Won        100     2026-02-01  ann
    d2  Won        100     2026-02-01  ann
    d3  Lost       100     2026-02-01  ann
    d4  Discovery  0.05    2026-09-01  ann
    d5  Proposal   1000    2026-09-01  bob
    d6  Proposal   -       2026-09-01  bob
"""
PASTS = """
    opportunity_id  valid_from        stage      amount  close_date  owner_id
    d1              2026-01-01T09:00  Discovery  100     2026-02-01  ann
    d1              2026-02-01T09:00  Won        100     2026-02-01  ann
    d2              2026-01-01T09:00  Discovery  100     2026-02-01  ann
    d2              2026-01-05T09:00  Proposal   100     2026-02-01  ann
    d2              2026-01-06T09:00  Discovery  100     2026-02-01  ann
    d2              2026-02-01T09:00  Won        100     2026-02-01  ann
    d3              2026-01-01T09:00  Discovery  100     2026-02-01  ann
    d3              2026-01-05T09:00  Proposal   100     2026-02-01  ann
    d3              2026-02-01T09:00  Lost       100     2026-02-01  ann
    d4              2026-03-01T09:00  Discovery  0.05    2026-09-01  ann
    d5              2026-03-01T09:00  Proposal   1000    2026-09-01  bob
    d6              2026-03-01T09:00  Proposal   -       2026-09-01  bob
"""


def test_each_deal_counts_at_the_share_of_closed_deals_won_from_its_stage(
    draw: Callable[..., Book],
) -> None:
    rows = draw(opportunity=DEALS, opportunity_version=PASTS).rows_behind("weighted_pipeline")
    # Discovery: 2 of 3 won, 66.67 % of 5 cents is 3; Proposal: 1 of 2 won.
    assert {r["id"]: r["numerator"] for r in rows.dicts()} == {"d4": 3, "d5": 500_00, "d6": None}


def test_a_deal_that_was_in_a_stage_twice_counts_once_for_its_chance(
    draw: Callable[..., Book],
) -> None:
    figure = draw(opportunity=DEALS, opportunity_version=PASTS).measure("weighted_pipeline").figure
    assert figure.value == 500_03
    assert (figure.n, figure.n_excluded) == (2, 1)


def test_the_chance_is_the_companys_whatever_is_filtered_or_seen(
    draw: Callable[..., Book],
) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    assert book.where("stage = 'Proposal'").measure("weighted_pipeline").value == 500_00
    assert book.seen_by(["bob"]).measure("weighted_pipeline").value == 500_00


def test_a_stage_no_closed_deal_has_been_in_has_no_chance_yet(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS).as_of("2026-01-31")
    assert book.measure("weighted_pipeline").figure.n == 0


def test_without_history_there_is_none(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS).measure("weighted_pipeline").figure
    assert figure.value is None
    assert "history" in figure.why
