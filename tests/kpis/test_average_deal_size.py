"""Average deal size is the value won over the deals won that have one."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id  stage  amount  currency  close_date  type
    d1  Won    100     USD       2026-01-05  New
    d2  Won    200     USD       2026-02-05  New
    d3  Won    1200    USD       2026-02-06  Renewal
    d4  Won    -       USD       2026-02-06  New
    d5  Won    500     EUR       2026-02-06  New
    d6  Lost   9999    USD       2026-02-06  New
"""


def test_mean_and_median_stand_side_by_side(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS).measure("average_deal_size").figure
    assert figure.numerator == 1500_00
    assert figure.denominator == 3
    assert (figure.value, figure.median) == (500_00, 200_00)


def test_deals_without_an_amount_or_a_rate_are_excluded_and_do_not_lower_it(
    draw: Callable[..., Book],
) -> None:
    figure = draw(opportunity=DEALS).measure("average_deal_size").figure
    assert (figure.n, figure.n_excluded) == (3, 2)


def test_new_business_and_renewals_are_kept_apart_by_type(draw: Callable[..., Book]) -> None:
    found = draw(opportunity=DEALS).measure("average_deal_size", by=["type"])
    assert {f.key[0]: f.value for f in found} == {"New": 150_00, "Renewal": 1200_00}


def test_the_mean_is_rounded_once_at_the_end_half_to_even(draw: Callable[..., Book]) -> None:
    drawn = """
        id  stage  amount  close_date
        d1  Won    0.01    2026-01-05
        d2  Won    0.02    2026-01-05
        d3  Won    0.03    2026-02-05
        d4  Won    0.04    2026-02-05
    """
    book = draw(opportunity=drawn)
    assert book.measure("average_deal_size", period="2026M01").value == 2  # of 1.5
    assert book.measure("average_deal_size", period="2026M02").value == 4  # of 3.5


def test_no_wins_are_nothing(draw: Callable[..., Book]) -> None:
    assert draw(opportunity=DEALS).measure("average_deal_size", period="2020").value is None
