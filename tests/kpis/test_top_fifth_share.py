"""The top fifth is of people with a quota all period, by what they booked."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book
from tests.kpis.test_attainment_distribution import DEALS, PEOPLE, QUOTAS


def book_of(draw: Callable[..., Book]) -> Book:
    return draw(person=PEOPLE, opportunity=DEALS, quota=QUOTAS)


def test_a_fifth_of_six_people_is_two(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).measure("top_fifth_share", period="2026Q2").figure
    assert figure.numerator == 340_00
    assert figure.denominator == 620_00
    assert figure.n == 6
    assert figure.value == Decimal("0.548387097")


def test_a_reader_sees_the_top_fifth_of_those_they_see(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).seen_by(["p4", "p5"]).measure("top_fifth_share", period="2026Q2").figure
    assert figure.value == Decimal("0.55")


def test_nobody_with_a_quota_is_nothing(draw: Callable[..., Book]) -> None:
    assert book_of(draw).measure("top_fifth_share", period="2025").value is None
