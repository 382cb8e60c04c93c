"""Half a deal's credit vanished because only half of it was written down.

A split of 40 % to a colleague, with the owner's own part left unsaid, credited 40 % of the deal and no more."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_what_shares_leave_over_is_the_owners(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="id  stage  amount  close_date  owner_id\nd1  Won  100  2026-05-05  ann",
        opportunity_split="id  opportunity_id  person_id  share\ns1  d1  bob  0.4",
    )
    found = book.measure("credited_bookings", by=["person"])
    assert {f.key[0]: f.value for f in found} == {"ann": 60_00, "bob": 40_00}
