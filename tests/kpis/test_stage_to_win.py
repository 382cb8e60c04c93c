"""Stage to win asks of each stage entered whether the deal was won."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id  stage      created_on  close_date
    d1  Won        2026-01-01  2026-03-01
    d2  Lost       2026-01-01  2026-03-01
    d3  Discovery  2026-01-01  2026-09-01
    d4  Won        2026-04-02  2026-05-01
"""
PASTS = """
    opportunity_id  valid_from        stage        close_date
    d1              2026-01-01T09:00  Prospecting  2026-03-01
    d1              2026-02-01T09:00  Proposal     2026-03-01
    d1              2026-02-15T09:00  Discovery    2026-03-01
    d1              2026-03-01T09:00  Won          2026-03-01
    d2              2026-01-01T09:00  Prospecting  2026-03-01
    d2              2026-01-20T09:00  Discovery    2026-03-01
    d2              2026-03-01T09:00  Lost         2026-03-01
    d3              2026-01-05T09:00  Discovery    2026-09-01
    d3              2026-01-06T09:00  Proposal     2026-09-01
    d3              2026-01-07T09:00  Discovery    2026-09-01
    d3              2026-05-07T09:00  Prospecting  2026-09-01
    d3              2026-05-08T09:00  Discovery    2026-09-01
    d4              2026-04-02T09:00  Prospecting  2026-05-01
    d4              2026-05-01T09:00  Won          2026-05-01
"""


def test_won_deals_are_divided_by_all_that_entered_the_stage(draw: Callable[..., Book]) -> None:
    found = draw(opportunity=DEALS, opportunity_version=PASTS).measure("stage_to_win", by=["stage"])
    assert [
        (f.label[0], int(f.numerator or 0), int(f.denominator or 0), f.n_open) for f in found
    ] == [
        ("Prospecting", 2, 4, 1),
        ("Discovery", 1, 3, 1),
        ("Proposal", 1, 2, 1),
    ]


def test_an_entry_counts_in_the_period_of_the_entry_not_of_the_win(
    draw: Callable[..., Book],
) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    figure = book.measure("stage_to_win", period="2026M04").figure
    assert figure.numerator == 1
    assert figure.denominator == 1  # d4 entered in April, won in May


def test_as_of_a_day_before_the_win_it_is_open(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS).as_of("2026-04-30")
    figure = book.measure("stage_to_win", period="2026M04").figure
    assert figure.numerator == 0
    assert figure.denominator == 1
    assert figure.n_open == 1


def test_nothing_entered_is_nothing_and_not_zero(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    assert book.measure("stage_to_win", period="2024").value is None
