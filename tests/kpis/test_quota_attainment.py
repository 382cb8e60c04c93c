"""Quota attainment divides credited bookings by quota, as sums."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book

PEOPLE = """
    id   name  team
    ann  Ann   North
    bob  Bob   South
    cay  Cay   South
"""
DEALS = """
    id  stage  amount   close_date  owner_id
    d1  Won    100.01   2026-04-10  ann
    d2  Won    1000.00  2026-05-10  ann
    d3  Won    50       2026-06-10  bob
    d4  Won    -        2026-06-11  bob
    d5  Lost   999      2026-06-10  bob
"""
SPLITS = """
    id  opportunity_id  person_id  share     is_overlay
    s1  d1              ann        0.5       no
    s2  d1              bob        0.5       no
    s3  d2              ann        0.333333  no
    s4  d2              bob        0.333333  no
    s5  d2              cay        0.333333  no
    s6  d3              cay        1         yes
"""
QUOTAS = """
    id  person_id  starts_on   ends_on     amount
    q1  ann        2026-04-01  2026-07-01  383.34
    q2  bob        2026-04-01  2026-07-01  866.68
    q3  cay        2026-07-01  2026-10-01  100
"""


def book_of(draw: Callable[..., Book]) -> Book:
    return draw(person=PEOPLE, opportunity=DEALS, opportunity_split=SPLITS, quota=QUOTAS)


def test_each_person_is_measured_on_what_is_credited_to_them(draw: Callable[..., Book]) -> None:
    found = book_of(draw).measure("quota_attainment", period="2026Q2", by=["person"])
    values = {f.key[0]: f.value for f in found}
    assert values["ann"] == 1
    assert values["bob"] == Decimal("0.5")  # 433.33 of 866.68


def test_of_the_whole_it_is_the_sum_over_the_sum(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).measure("quota_attainment", period="2026Q2").figure
    assert figure.numerator == 1150_01
    assert figure.denominator == 1250_02


def test_credit_without_a_quota_has_no_attainment_and_says_so(draw: Callable[..., Book]) -> None:
    found = book_of(draw).measure("quota_attainment", period="2026Q2", by=["person"])
    cay = {f.key[0]: f for f in found}["cay"]
    assert (cay.value, cay.why) == (None, "No quota in this period.")


def test_a_quota_and_nothing_won_is_zero(draw: Callable[..., Book]) -> None:
    assert book_of(draw).measure("quota_attainment", period="2026Q3").value == 0


def test_it_lies_between_the_least_and_the_most_of_its_people(draw: Callable[..., Book]) -> None:
    quotas = QUOTAS + "    q4  cay        2026-04-01  2026-07-01  100"
    book = draw(person=PEOPLE, opportunity=DEALS, opportunity_split=SPLITS, quota=quotas)
    people = book.measure("quota_attainment", period="2026Q2", by=["person"])
    each = [f.value for f in people if f.value is not None]
    whole = book.measure("quota_attainment", period="2026Q2").value
    assert whole is not None
    assert min(each) <= whole <= max(each)


def test_under_a_condition_on_deals_it_is_not_defined_and_says_so(
    draw: Callable[..., Book],
) -> None:
    figure = book_of(draw).where("amount > 1").measure("quota_attainment").figure
    assert figure.value is None
    assert "no condition" in figure.why
