"""Sales cycle is the time from creation to close of won deals."""

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


def test_exact_instants_where_history_knows_both_and_else_whole_days(
    draw: Callable[..., Book],
) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    rows = book.rows_behind("sales_cycle", period="2026M01").dicts()
    assert {r["id"]: r["numerator"] / 86_400 for r in rows} == {"d1": 10.5, "d2": 20}


def test_deals_closed_before_they_were_created_or_of_unknown_creation_are_excluded(
    draw: Callable[..., Book],
) -> None:
    figure = draw(opportunity=DEALS, opportunity_version=PASTS).measure("sales_cycle").figure
    assert (figure.n, figure.n_excluded) == (3, 2)
    assert figure.value == Decimal("10.5")  # of 10.5, 20 and 1


def test_median_and_ninetieth_percentile_stand_beside_the_mean(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS, opportunity_version=PASTS).measure("sales_cycle").figure
    assert (figure.median, figure.p90) == (10.5, 18.1)


def test_lost_and_open_deals_have_no_sales_cycle(draw: Callable[..., Book]) -> None:
    rows = draw(opportunity=DEALS, opportunity_version=PASTS).rows_behind("sales_cycle").dicts()
    assert {"d5", "d6", "d7"}.isdisjoint(r["id"] for r in rows)


def test_one_deal_has_no_interval(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    figure = book.measure("sales_cycle", period="2026Q2").figure
    assert (figure.value, figure.low, figure.high) == (1, None, None)


def test_no_wins_are_nothing(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    assert book.measure("sales_cycle", period="2025").value is None
