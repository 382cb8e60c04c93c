"""Pipeline due holds open qualified deals with a close date in the period."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id  stage        amount  close_date
    d1  Discovery    100     2026-07-01
    d2  Proposal     200     2026-09-30
    d3  Proposal     400     2026-10-01
    d4  Prospecting  800     2026-08-01
    d5  Won          1600    2026-08-01
    d6  Proposal     3200    -
    d7  Proposal     -       2026-08-01
"""


def test_the_first_and_the_last_day_of_the_period_are_in_it(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS).measure("pipeline_due", period="2026Q3").figure
    assert figure.value == 300_00


def test_deals_not_qualified_closed_or_without_a_close_date_are_not_due(
    draw: Callable[..., Book],
) -> None:
    rows = draw(opportunity=DEALS).rows_behind("pipeline_due").dicts()
    assert [r["id"] for r in rows] == ["d1", "d2", "d3", "d7"]


def test_a_deal_without_an_amount_is_excluded(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS).measure("pipeline_due", period="2026Q3").figure
    assert (figure.n, figure.n_excluded) == (2, 1)


def test_what_was_due_then_is_read_from_history(draw: Callable[..., Book]) -> None:
    past = """
        opportunity_id  valid_from        stage     amount  close_date
        d1              2026-01-01T09:00  Proposal  100     2026-03-31
        d1              2026-02-15T09:00  Proposal  150     2026-07-01
    """
    now = "id  stage  amount  close_date\nd1  Proposal  150  2026-07-01"
    book = draw(opportunity=now, opportunity_version=past)
    assert book.as_of("2026-02-14").measure("pipeline_due", period="2026Q1").value == 100_00
    assert book.measure("pipeline_due", period="2026Q1").value is None
