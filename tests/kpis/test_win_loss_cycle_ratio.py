"""The cycle ratio divides the median cycle of lost deals by that of won ones."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book

DEALS = """
    id  stage  created_on  close_date
    d1  Won    2026-01-01  2026-01-11
    d2  Won    2026-01-01  2026-01-21
    d3  Won    2026-01-01  2026-04-11
    d4  Lost   2026-01-01  2026-01-31
    d5  Lost   2026-01-01  2026-02-10
"""


def test_median_lost_over_median_won(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS).measure("win_loss_cycle_ratio").figure
    assert figure.value == Decimal("1.75")  # 35 days over 20
    assert figure.n == 5


def test_without_losses_or_wins_there_is_none(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS)
    assert book.measure("win_loss_cycle_ratio", period="2026Q2").value is None
    assert book.where("outcome = 'lost'").measure("win_loss_cycle_ratio").value is None


def test_a_median_of_no_time_is_nothing_to_divide_by(draw: Callable[..., Book]) -> None:
    drawn = """
        id  stage  created_on  close_date
        d1  Won    2026-01-01  2026-01-01
        d2  Lost   2026-01-01  2026-01-05
    """
    assert draw(opportunity=drawn).measure("win_loss_cycle_ratio").value is None
