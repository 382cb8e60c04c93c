"""Win rate counts what closed, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book

DEALS = """
    id  stage        amount  created_on  close_date  owner_id
    d1  Won          1000    2026-01-01  2026-02-01  ann
    d2  Won          2000    2026-01-01  2026-05-01  bob
    d3  Lost         9000    2026-01-01  2026-02-01  bob
    d4  No decision  9000    2026-01-01  2026-02-01  ann
    d5  Proposal     9000    2026-01-01  2026-02-01  ann
"""


def test_deals_without_a_decision_count_as_not_won(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS).measure("win_rate").figure
    assert (figure.numerator, figure.denominator) == (Decimal(2), Decimal(4))
    assert figure.n == 4
    assert figure.value == Decimal("0.5")


def test_open_deals_do_not_count(draw: Callable[..., Book]) -> None:
    assert draw(opportunity=DEALS).measure("win_rate").figure.n == 4


def test_a_deal_counts_in_the_period_it_closed_in(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS)
    assert book.measure("win_rate", period="2026Q1").value == Decimal("0.333333333")
    assert book.measure("win_rate", period="2026Q2").value == 1


def test_nothing_closed_is_nothing_and_not_zero(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS).measure("win_rate", period="2025Q1").figure
    assert figure.value is None
    assert figure.why
