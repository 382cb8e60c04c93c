"""A condition may read what an opportunity refers to, by the name of the reference."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from salesops.book.book import Book

OPPORTUNITIES = """
    id  stage  amount  created_on  close_date  owner_id  account_id
    d1  Won    100     2026-01-01  2026-02-01  ann       acme
    d2  Lost   100     2026-01-01  2026-02-01  bob       blue
"""
PEOPLE = """
    id   name  team
    ann  Ann   North
    bob  Bob   South
"""
ACCOUNTS = """
    id    name  industry  parent_id
    acme  Acme  Media     -
    blue  Blue  Water     acme
"""


@pytest.mark.parametrize("where", ["owner.team = 'North'", "account.industry = 'Media'"])
def test_a_condition_reads_the_row_that_is_referred_to(
    draw: Callable[..., Book], where: str
) -> None:
    book = draw(opportunity=OPPORTUNITIES, person=PEOPLE, account=ACCOUNTS)
    figure = book.where(where).measure("win_rate").figure
    assert (figure.n, figure.value) == (1, 1)
