"""The state now was lost when the last recorded change happened at the very instant the files end.

The current row, whose amount no history had, became a state of the same instant as the last change, and which
of the two was the later one was left to chance."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_the_state_now_follows_the_last_recorded_change(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="id  stage  amount\nd1  Proposal  900",
        opportunity_version="""
            opportunity_id  valid_from        stage      amount
            d1              2026-01-01T09:00  Discovery  100
            d1              2026-05-01T09:00  Proposal   100
        """,
    )
    assert book.measure("open_pipeline").value == 900_00
    spans = book.engine.run(
        "SELECT change_source FROM opportunity_version WHERE valid_to > valid_from ORDER BY valid_from"
    )
    assert [s[0] for s in spans.rows] == ["history", "history", "snapshot"]
