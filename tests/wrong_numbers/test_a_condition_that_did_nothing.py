"""A filtered quota that was the whole quota and said it was filtered.

A condition on opportunities reaches the rows that are opportunities. Quotas, costs, revenue and activities
are not, so they stayed whole under a result that named the condition, and a filtered attainment divided
some of the wins by all of the quota."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_what_a_condition_does_not_narrow_has_no_value_under_it(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="""
            id  stage  amount  close_date  owner_id  type
            d1  Won    60      2026-05-05  ann       New
            d2  Won    40      2026-05-05  ann       Renewal
        """,
        person="id  name  team\nann  Ann  North",
        quota="id  person_id  starts_on  ends_on  amount\nq1  ann  2026-04-01  2026-07-01  100",
    )
    assert book.measure("quota_attainment", period="2026Q2").value == 1
    new = book.where("type = 'New'")
    assert new.measure("quota_attainment", period="2026Q2").value is None
    assert new.measure("quota", period="2026Q2").value is None
    assert new.measure("closed_to_date", period="2026Q2").value == 60_00
