"""Data completeness counts required fields that hold something real."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book


def test_a_complete_open_deal_and_an_empty_one(draw: Callable[..., Book]) -> None:
    deals = """
        id  stage        owner_id  account_id  amount  close_date  source  next_step
        d1  Prospecting  ann       a1          100     2026-09-01  Web     -
        d2  Prospecting  -         -           -       -           -       -
    """
    rows = draw(opportunity=deals).rows_behind("data_completeness").dicts()
    assert [(r["numerator"], r["denominator"]) for r in rows] == [(5, 5), (0, 5)]


def test_fillers_and_a_zero_amount_count_as_empty(draw: Callable[..., Book]) -> None:
    deals = """
        id  stage        owner_id  account_id  amount  close_date  source
        d1  Prospecting  N/A       x           0       2026-09-01  Unknown
    """
    figure = draw(opportunity=deals).measure("data_completeness").figure
    assert figure.value == Decimal("0.2")  # the close date alone


def test_qualified_deals_need_a_next_step_and_lost_ones_a_reason(
    draw: Callable[..., Book],
) -> None:
    deals = """
        id  stage      owner_id  account_id  amount  close_date  source  next_step  loss_reason
        d1  Discovery  ann       a1          100     2026-09-01  Web     -          -
        d2  Discovery  ann       a1          100     2026-09-01  Web     call       -
        d3  Lost       ann       a1          100     2026-05-01  Web     -          -
        d4  Lost       ann       a1          100     2026-05-01  Web     -          Price
        d5  Won        ann       a1          100     2026-05-01  Web     -          -
    """
    rows = draw(opportunity=deals).rows_behind("data_completeness").dicts()
    assert [(r["numerator"], r["denominator"]) for r in rows] == [
        (5, 6),
        (6, 6),
        (5, 6),
        (6, 6),
        (5, 5),
    ]


def test_owners_are_weighed_by_their_fields(draw: Callable[..., Book]) -> None:
    deals = """
        id  stage        owner_id  account_id  amount  close_date  source
        d1  Prospecting  ann       a1          100     2026-09-01  Web
        d2  Prospecting  bob       -           -       -           -
    """
    found = draw(opportunity=deals).measure("data_completeness", by=["person"])
    assert {f.key[0]: f.value for f in found} == {"ann": 1, "bob": Decimal("0.2")}
