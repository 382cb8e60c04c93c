"""Payback: the months until new revenue has paid what it cost to win."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from salesops.book.book import Book
from salesops.kpis import KPIS
from salesops.kpis._definition import Cell
from tests.kpis.recurring import recurring_book


def test_payback_is_cost_of_the_period_before_over_new_margin(draw: Callable[..., Book]) -> None:
    costs = """
        id  function  booked_on   amount
        k1  sales     2026-02-01  38.5
        k2  sales     2026-05-01  999
    """
    book = recurring_book(draw, cost=costs)
    assert book.measure("cac_payback", period="2026Q2").value is None  # nobody new on 1 July
    # a4 pays from 1 April, and so at the end of the first quarter: its cost is that of the last of 2025.
    early = costs.replace("2026-02-01", "2025-11-01")
    assert recurring_book(draw, cost=early).measure("cac_payback", period="2026Q1").value == 11
    assert book.measure("cac_payback").value is None


def test_payback_is_as_published() -> None:
    combine = KPIS["cac_payback"].combine
    assert combine is not None
    cost, gained, margin = (
        Cell(Fraction(n), Fraction(d), 1) for n, d in ((770, 1), (100, 1), (7, 10))
    )
    assert combine({"cost": cost, "gained": gained, "margin": margin}).ratio == 11
