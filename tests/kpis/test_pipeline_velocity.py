"""Pipeline velocity is deals times win rate times size over the days of the cycle."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book


def test_50_deals_at_20_percent_of_10000_over_30_days_is_3333_a_day(
    draw: Callable[..., Book],
) -> None:
    closed = [f"w{i}  Won  10000  2026-04-01  2026-05-01" for i in range(2)]
    closed += [f"l{i}  Lost  10000  2026-04-01  2026-05-01" for i in range(8)]
    opened = [f"o{i}  Proposal  10000  2026-04-01  2026-09-01" for i in range(49)]
    opened += ["o49  Proposal  -  2026-04-01  2026-09-01"]
    drawn = "\n".join(["id  stage  amount  created_on  close_date", *closed, *opened])
    figure = draw(opportunity=drawn).measure("pipeline_velocity").figure
    assert figure.value == Decimal("333333.333333333")  # cents a day
    assert figure.denominator == 30


def test_only_the_last_twelve_months_tell_rate_size_and_cycle(draw: Callable[..., Book]) -> None:
    drawn = """
        id  stage     amount  created_on  close_date
        d1  Won       100     2026-06-20  2026-06-30
        d2  Won       900     2024-01-01  2025-06-30
        d3  Lost      900     2024-01-01  2025-06-30
        d4  Proposal  100     2026-01-01  2026-09-01
    """
    # One deal, always won, 100.00, in ten days; what closed on 30 June 2025 is a day too old.
    assert draw(opportunity=drawn).measure("pipeline_velocity").value == 10_00


def test_without_wins_there_is_none(draw: Callable[..., Book]) -> None:
    drawn = """
        id  stage     amount  created_on  close_date
        d1  Lost      100     2026-06-20  2026-06-30
        d4  Proposal  100     2026-01-01  2026-09-01
    """
    assert draw(opportunity=drawn).measure("pipeline_velocity").value is None
