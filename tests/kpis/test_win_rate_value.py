"""Win rate by value counts a lost deal with what was at stake before it closed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book

DEALS = """
    id  stage        amount  close_date
    d1  Won          300     2026-02-01
    d2  Lost         0       2026-02-01
    d3  No decision  100     2026-02-01
    d4  Lost         -       2026-02-01
    d5  Proposal     999     2026-02-01
"""
PASTS = """
    opportunity_id  valid_from        stage        amount  close_date
    d1              2026-01-01T09:00  Discovery    900     2026-02-01
    d1              2026-02-01T09:00  Won          300     2026-02-01
    d2              2026-01-01T09:00  Discovery    500     2026-02-01
    d2              2026-01-10T09:00  Proposal     600     2026-02-01
    d2              2026-02-01T09:00  Lost         0       2026-02-01
    d3              2026-01-01T09:00  Discovery    100     2026-02-01
    d3              2026-02-01T09:00  No decision  100     2026-02-01
    d4              2026-01-01T09:00  Discovery    -       2026-02-01
    d4              2026-02-01T09:00  Lost         -       2026-02-01
"""


def test_a_lost_deal_set_to_zero_counts_with_its_last_amount_before_closing(
    draw: Callable[..., Book],
) -> None:
    figure = draw(opportunity=DEALS, opportunity_version=PASTS).measure("win_rate_value").figure
    assert figure.numerator == 300_00
    assert figure.denominator == 300_00 + 600_00 + 100_00
    assert figure.value == Decimal("0.3")


def test_a_won_deal_counts_with_its_amount_at_close(draw: Callable[..., Book]) -> None:
    rows = draw(opportunity=DEALS, opportunity_version=PASTS).rows_behind("win_rate_value").dicts()
    assert rows[0]["id"] == "d1"
    assert rows[0]["numerator"] == 300_00


def test_deals_that_never_had_an_amount_are_excluded_and_counted(
    draw: Callable[..., Book],
) -> None:
    figure = draw(opportunity=DEALS, opportunity_version=PASTS).measure("win_rate_value").figure
    assert (figure.n, figure.n_excluded) == (3, 1)


def test_without_history_a_lost_deal_counts_with_the_amount_it_has(
    draw: Callable[..., Book],
) -> None:
    figure = draw(opportunity=DEALS).measure("win_rate_value").figure
    assert figure.value == Decimal("0.75")  # 300 of 300 + 0 + 100


def test_only_worthless_deals_give_nothing_and_not_zero(draw: Callable[..., Book]) -> None:
    drawn = "id  stage  amount  close_date\nd1  Lost  0  2026-02-01\nd2  Won  1  2025-02-01"
    assert draw(opportunity=drawn).measure("win_rate_value", period="2026").value is None
