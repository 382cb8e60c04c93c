"""Aged pipeline is open value older than four in five wins ever got."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book

# The 80th percentile of 10, 20, 30, 40 and 50 days is 42.
WON = """
    id  stage        created_on  close_date  amount  owner_id
    w1  Won          2026-01-01  2026-01-11  1       ann
    w2  Won          2026-01-01  2026-01-21  1       ann
    w3  Won          2026-01-01  2026-01-31  1       ann
    w4  Won          2026-01-01  2026-02-10  1       ann
    w5  Won          2026-01-01  2026-02-20  1       ann
"""
OPEN = """
    o1  Proposal     2026-05-19  -           100     ann
    o2  Proposal     2026-05-18  -           300     bob
    o3  Proposal     2026-01-01  -           -       bob
    o4  Proposal     -           -           100     bob
    o5  Prospecting  2020-01-01  -           900     bob
"""
SEEN = "id  owner_id  occurred_at  is_done\nv1  ann  2026-06-30T12:00  yes"


def test_exactly_as_old_is_not_older(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=WON + OPEN, activity=SEEN).measure("aged_pipeline").figure
    assert figure.value == Decimal("0.75")
    assert figure.numerator == 300_00
    assert figure.denominator == 400_00
    assert (figure.n, figure.n_excluded) == (2, 2)  # no amount, no day of creation


def test_the_cycles_are_of_the_whole_company_whoever_reads(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=WON + OPEN, activity=SEEN)
    assert book.seen_by(["bob"]).measure("aged_pipeline").value == 1
    assert book.where("owner_id = 'ann'").measure("aged_pipeline").value == 0


def test_without_a_win_there_is_nothing_to_compare_with(draw: Callable[..., Book]) -> None:
    deals = WON.replace("Won ", "Lost") + OPEN
    assert draw(opportunity=deals, activity=SEEN).measure("aged_pipeline").value is None
