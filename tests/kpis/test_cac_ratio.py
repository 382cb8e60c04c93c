"""The CAC ratio is cost over what recurring revenue grew by, net of what was lost."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.kpis.recurring import ACCOUNTS, REVENUE, recurring_book
from tests.kpis.recurring import DEALS as RECURRING

COSTS = """
    id  function  booked_on   amount
    k1  sales     2025-12-01  42
    k2  sales     2026-02-01  900
"""


def test_cost_of_the_period_before_is_over_the_net_growth_after_margin(
    draw: Callable[..., Book],
) -> None:
    figure = recurring_book(draw, cost=COSTS).measure("cac_ratio", period="2026Q1").figure
    # A month 5 came; 0.9 and 9 went: it shrank.
    assert figure.value is None
    assert "did not grow" in figure.why
    # Without a5, 4.1 more a month: 49.2 a year, of which 0.7 are kept.
    revenue = "".join(
        f"{line}\n" for line in REVENUE.splitlines() if line.strip() and "r7" not in line
    )
    book = draw(account=ACCOUNTS, recurring_revenue=revenue, opportunity=RECURRING, cost=COSTS)
    figure = book.measure("cac_ratio", period="2026Q1").figure
    assert [figure.numerator, figure.denominator] == [42_00, 34_44]


def test_all_time_has_no_period_before(draw: Callable[..., Book]) -> None:
    assert recurring_book(draw, cost=COSTS).measure("cac_ratio").value is None
