"""Customer churn is who paid at the start and stopped within the period."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book

DEALS = """
    id  stage  close_date
    d1  Won    2026-06-30
"""
ACCOUNTS = """
    id  name   industry  created_on
    a1  Acme   Media     2020-01-01
    a2  Brill  Media     2026-06-29
    a3  Corda  Software  2020-01-01
"""
REVENUE = """
    id  account_id  starts_on   ends_on     monthly
    r1  a1          2025-01-01  -           100
    r2  a2          2025-01-01  2026-04-01  100
    r3  a3          2025-01-01  2026-02-01  100
    r4  a3          2026-03-01  -           100
    r5  a4          2026-01-15  2026-02-15  100
    r6  a5          2025-01-01  2026-02-01  100
    r7  a5          2026-02-01  -           120
    r8  a6          2025-01-01  2026-01-01  100
    r9  a7          2026-01-01  -           100
"""


def book_of(draw: Callable[..., Book], revenue: str = REVENUE) -> Book:
    return draw(account=ACCOUNTS, recurring_revenue=revenue, opportunity=DEALS)


def churned(book: Book, period: str) -> dict[str, int]:
    rows = book.rows_behind("customer_churn", period=period).dicts()
    return {r["id"]: r["numerator"] for r in rows}


def test_customers_at_the_start_are_those_that_paid_on_the_first_day(
    draw: Callable[..., Book],
) -> None:
    assert set(churned(book_of(draw), "2026Q1")) == {"a1", "a2", "a3", "a5", "a7"}


def test_who_stops_and_comes_back_is_lost_and_then_new(draw: Callable[..., Book]) -> None:
    assert churned(book_of(draw), "2026Q1")["a3"] == 1


def test_who_goes_on_without_a_gap_is_not_lost(draw: Callable[..., Book]) -> None:
    assert churned(book_of(draw), "2026Q1")["a5"] == 0


def test_what_ends_beside_something_that_goes_on_loses_nobody(draw: Callable[..., Book]) -> None:
    revenue = """
        id  account_id  starts_on   ends_on     monthly
        r1  a1          2025-01-01  2026-02-01  100
        r2  a1          2025-06-01  -           100
        r3  a2          2025-01-01  2026-03-01  100
        r4  a2          2026-02-01  2026-02-20  100
        r5  a2          2026-03-02  -           100
    """
    assert churned(book_of(draw, revenue), "2026Q1") == {"a1": 0, "a2": 1}


def test_who_pays_for_the_last_time_on_the_last_day_is_lost_in_that_period_and_no_other(
    draw: Callable[..., Book],
) -> None:
    book = book_of(draw)
    assert churned(book, "2026Q1")["a2"] == 1
    assert "a2" not in churned(book, "2026Q2")


def test_gained_and_lost_within_the_period_is_not_in_it(draw: Callable[..., Book]) -> None:
    assert "a4" not in churned(book_of(draw), "2026Q1")


def test_the_share_is_of_customers_at_the_start(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).measure("customer_churn", period="2026Q1").figure
    assert figure.numerator == 2
    assert figure.denominator == 5
    assert figure.value == Decimal("0.4")


def test_no_customers_at_the_start_are_nothing(draw: Callable[..., Book]) -> None:
    book = book_of(draw)
    assert book.measure("customer_churn", period="2020").value is None
    assert book.measure("customer_churn", period="2026Q4").value is None  # not begun


def test_a_trend_read_at_each_quarters_end_loses_nobody_between_quarters(
    draw: Callable[..., Book],
) -> None:
    past = "opportunity_id  valid_from  stage\nd1  2025-01-01T00:00  Proposal"
    book = draw(
        account=ACCOUNTS, recurring_revenue=REVENUE, opportunity=DEALS, opportunity_version=past
    )
    quarters = [book.period("2026Q1"), book.period("2026Q2")]
    lost = [m.figure.numerator for m in book.series("customer_churn", quarters)]
    assert lost == [2, 0]
