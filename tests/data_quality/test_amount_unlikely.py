"""An amount is unlikely among those of its type, where there are enough of them."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.data_quality.finding import wrong
from tests.insights.drawing import table

HEAD = "id  stage  type  amount  created_on  close_date"
DAYS = "2026-01-01  2026-07-01"


def test_a_zero_too_many_is_found_and_a_small_type_is_silent(draw: Callable[..., Book]) -> None:
    deals = [f"n{n}  Proposal  New  {900 + 10 * n}  {DAYS}" for n in range(30)]
    deals += [f"huge  Proposal  New  110000  {DAYS}", f"tiny  Proposal  New  10  {DAYS}"]
    deals += [f"large  Proposal  New  9000  {DAYS}", f"lost  Lost  New  110000  {DAYS}"]
    deals += [f"r{n}  Proposal  Renewal  1000  {DAYS}" for n in range(28)]
    deals.append(f"rare  Proposal  Renewal  110000  {DAYS}")
    assert wrong(draw(opportunity=table(HEAD, deals)), "amount_unlikely") == {"huge", "tiny"}


def test_a_type_with_widely_spread_amounts_is_left_alone(draw: Callable[..., Book]) -> None:
    deals = [f"n{n}  Proposal  New  {round(1.5**n)}  {DAYS}" for n in range(1, 40)]
    assert wrong(draw(opportunity=table(HEAD, deals)), "amount_unlikely") == set()
