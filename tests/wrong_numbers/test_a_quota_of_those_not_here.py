"""A rep who joined in mid-quarter was measured on the whole quarter's quota.

The definition counts a quota by the days it is held by somebody who works here."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_a_quota_counts_for_the_days_its_holder_works_here(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="id  stage  amount  close_date  owner_id\nd1  Won  46  2026-06-05  ann",
        person="id  name  team  hired_on\nann  Ann  North  2026-05-16",
        quota="id  person_id  starts_on  ends_on  amount\nq1  ann  2026-04-01  2026-07-01  91",
    )
    assert book.measure("quota_attainment", period="2026Q2").value == 1
