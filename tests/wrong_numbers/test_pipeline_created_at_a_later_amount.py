"""A deal qualified without an amount was worth what somebody filled in later.

The value at the first entry was looked for among those that had one."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_growth_after_qualification_is_not_pipeline_created(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="id  stage  amount\nd1  Proposal  900",
        opportunity_version="""
            opportunity_id  valid_from        stage      amount
            d1              2026-01-01T09:00  Discovery  -
            d1              2026-05-01T09:00  Proposal   900
        """,
    )
    figure = book.measure("pipeline_created").figure
    assert figure.value is None
    assert figure.n_excluded == 1
