"""A quota counted twice because its holder's places overlapped.

A people file kept the old team open when the new one began. Placing a quota in its team found both, so
the quota was in both teams and twice in the whole."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_overlapping_places_double_no_quota(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="id  stage  close_date\nd1  Won  2026-05-05",
        person="id  name  team\nann  Ann  South",
        team_membership="""
            person_id  team   valid_from  valid_to
            ann        North  2025-01-01  2027-01-01
            ann        South  2026-03-01  -
        """,
        quota="id  person_id  starts_on  ends_on  amount\nq1  ann  2026-04-01  2026-07-01  100",
    )
    assert book.measure("quota", period="2026Q2").value == 100_00
    found = book.measure("quota", period="2026Q2", by=["team"])
    assert {f.key[0]: f.value for f in found} == {"South": 100_00}
