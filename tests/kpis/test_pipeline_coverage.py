"""Pipeline coverage divides what is due by the quota still to be won."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id  stage     amount   close_date  owner_id
    d1  Won       400000   2026-04-10  ann
    d2  Proposal  4800000  2026-06-30  ann
    d3  Proposal  9999999  2026-07-01  ann
"""
QUOTAS = """
    id  person_id  starts_on   ends_on     amount
    q1  ann        2026-04-01  2026-07-01  2000000
    q2  ann        2026-10-01  2027-01-01  500000
    q3  bob        2026-04-01  2026-07-01  1000
"""
PEOPLE = """
    id   name  team
    ann  Ann   North
    bob  Bob   South
"""


def book_of(draw: Callable[..., Book], deals: str = DEALS) -> Book:
    return draw(opportunity=deals, quota=QUOTAS, person=PEOPLE)


def test_4_8_million_due_over_1_6_million_left_is_three_times(draw: Callable[..., Book]) -> None:
    found = book_of(draw).measure("pipeline_coverage", period="2026Q2", by=["person"])
    ann = {f.key[0]: f for f in found}["ann"]
    assert ann.numerator == 4_800_000_00
    assert ann.denominator == 1_600_000_00
    assert ann.value == 3


def test_a_quota_that_is_won_is_said_to_be_met(draw: Callable[..., Book]) -> None:
    deals = DEALS.replace("400000 ", "2000000")
    found = book_of(draw, deals).measure("pipeline_coverage", period="2026Q2", by=["person"])
    ann = {f.key[0]: f for f in found}["ann"]
    assert ann.value is None
    assert ann.why == "The quota is met."


def test_no_quota_is_said_and_is_not_infinite(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).measure("pipeline_coverage", period="2026Q3").figure
    assert figure.value is None
    assert figure.why == "No quota in this period."


def test_a_quota_with_nothing_due_is_covered_by_none(draw: Callable[..., Book]) -> None:
    found = book_of(draw).measure("pipeline_coverage", period="2026Q2", by=["person"])
    assert {f.key[0]: f.value for f in found}["bob"] == 0


def test_without_quotas_it_says_which_file_would_bring_them(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS).measure("pipeline_coverage").figure
    assert figure.value is None
    assert "ForecastingQuota" in figure.why
