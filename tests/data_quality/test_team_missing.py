"""Who owns open deals belongs to a team."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book
from tests.data_quality.finding import wrong


def test_a_seller_without_a_team_is_found_and_one_without_deals_is_not(
    draw: Callable[..., Book],
) -> None:
    people = """
        id   name      team   is_active
        ann  Ann Abel  North  yes
        bob  Bob Boyd  -      yes
        cay  Cay Coen  -      yes
        dan  Dan Diaz  -      no
    """
    deals = """
        id  stage     amount  created_on  close_date  owner_id
        d1  Proposal  100     2026-01-01  2026-07-01  ann
        d2  Proposal  200     2026-01-01  2026-07-01  bob
        d3  Won       400     2026-01-01  2026-02-01  cay
        d4  Proposal  800     2026-01-01  2026-07-01  dan
    """
    assert wrong(draw(person=people, opportunity=deals), "team_missing") == {"bob"}
