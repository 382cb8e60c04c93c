"""A forecast of 0 for a year about which nothing was known.

Nothing won and nothing due is no forecast."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_nothing_won_and_nothing_due_is_nothing(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="id  stage  amount  close_date\nd1  Won  100  2026-05-05",
        opportunity_version="opportunity_id  valid_from  stage\nd1  2026-01-01T09:00  Proposal",
    )
    assert book.measure("forecast", period="2029").value is None
