"""A share of a deal was credited to a person of one team and counted in another.

The row of a split kept the team of the deal's owner."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_credit_goes_to_the_team_of_who_is_credited(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="id  stage  amount  close_date  owner_id\nd1  Won  100  2026-05-05  ann",
        person="id  name  team\nann  Ann  North\nbob  Bob  South",
        opportunity_split="id  opportunity_id  person_id  share\ns1  d1  bob  1",
    )
    found = book.measure("credited_bookings", by=["team"])
    assert {f.key[0]: f.value for f in found} == {"South": 100_00}
