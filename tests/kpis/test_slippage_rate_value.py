"""Slippage rate by value counts with what deals were worth when the period began."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.kpis.test_slippage_rate import STATES, drawn


def test_money_counts_as_it_was_at_the_beginning(draw: Callable[..., Book]) -> None:
    (found,) = drawn(draw, STATES, "2026-07-31T12:00").measure(
        "slippage_rate_value", period="2026Q2"
    )
    assert [found.numerator, found.denominator] == [400_00, 600_00]  # pushed at 300, and waits
    assert (found.n, found.n_excluded) == (4, 1)  # late had no amount


def test_other_currencies_are_worth_what_they_were_on_the_eve(draw: Callable[..., Book]) -> None:
    states = """
        opportunity_id  valid_from        stage     amount  currency  close_date
        a               2026-01-10T09:00  Proposal  100     EUR       2026-05-01
        b               2026-01-10T09:00  Proposal  100     USD       2026-05-01
        b               2026-05-01T09:00  Lost      100     USD       2026-05-01
        c               2026-07-01T09:00  Lost      100     USD       2026-07-01
    """
    rates = """
        currency  valid_from  valid_to    rate
        EUR       2026-01-01  2026-03-31  1.10
        EUR       2026-03-31  2026-04-01  1.30
        EUR       2026-04-01  9999-12-31  1.50
    """
    book = drawn(draw, states, "2026-07-31T12:00", exchange_rate=rates)
    (found,) = book.measure("slippage_rate_value", period="2026Q2")
    assert [found.numerator, found.denominator] == [130_00, 230_00]
    due = book.as_of("2026-03-31").measure("pipeline_due", period="2026Q2").value
    assert found.denominator == due
