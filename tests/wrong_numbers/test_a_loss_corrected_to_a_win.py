"""The cycle of a deal marked lost by mistake ended with the mistake.

Only the step from open to closed was a closing. From lost to won was not, so the win was timed by the loss."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_a_win_is_timed_by_the_win(draw: Callable[..., Book]) -> None:
    created = "2026-01-01T00:00"
    book = draw(
        opportunity=f"id  stage  created_at  close_date\nd1  Won  {created}  2026-03-02",
        opportunity_version=f"""
            opportunity_id  valid_from        stage     created_at  close_date
            d1              {created}         Proposal  {created}   2026-03-02
            d1              2026-01-11T00:00  Lost      {created}   2026-01-11
            d1              2026-03-02T00:00  Won       {created}   2026-03-02
        """,
    )
    assert book.measure("sales_cycle").value == 60
