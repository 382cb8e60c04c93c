"""Forecast to quota divides the plain forecast by the quota of the period."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book

DEALS = """
    id  stage      amount  close_date
    d1  Won        1000    2026-04-10
    d2  Lost       1000    2026-04-10
    d3  Discovery  600     2026-06-30
    d4  Discovery  800     2026-07-01
    d5  Won        50      2026-02-01
"""
PASTS = """
    opportunity_id  valid_from        stage      amount  close_date
    d1              2026-04-01T09:00  Discovery  1000    2026-04-10
    d1              2026-04-10T09:00  Won        1000    2026-04-10
    d2              2026-04-01T09:00  Discovery  1000    2026-04-10
    d2              2026-04-10T09:00  Lost       1000    2026-04-10
    d3              2026-04-20T09:00  Discovery  600     2026-06-30
    d4              2026-04-20T09:00  Discovery  800     2026-07-01
    d5              2026-02-01T09:00  Won        50      2026-02-01
"""
QUOTAS = """
    id  starts_on   ends_on     amount  team
    q1  2026-04-01  2026-07-01  2600    North
"""


def test_the_forecast_is_divided_by_the_quota(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS, quota=QUOTAS)
    figure = book.measure("forecast_to_quota", period="2026Q2").figure
    assert figure.numerator == 1300_00
    assert figure.denominator == 2600_00
    assert figure.value == Decimal("0.5")


def test_a_quota_and_nothing_to_come_is_none_of_it(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS, quota=QUOTAS)
    found = book.where("id = 'none'").measure("forecast", period="2026Q2")
    assert found.value is None
    later = QUOTAS.replace("2026-04-01", "2027-04-01").replace("2026-07-01", "2027-07-01")
    book = draw(opportunity=DEALS, opportunity_version=PASTS, quota=later)
    assert book.measure("forecast_to_quota", period="2027Q2").value == 0


def test_no_quota_in_the_period_is_said(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS, quota=QUOTAS)
    figure = book.measure("forecast_to_quota", period="2026Q1").figure
    assert figure.value is None
    assert figure.why == "No quota in this period."
