"""A close rate of 100 % where no stage was a pitch.

Won deals count as pitched, because skipped stages count as reached. In a pipeline without a pitched stage they
were the only ones that did."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_without_a_pitched_stage_there_is_no_close_rate(draw: Callable[..., Book]) -> None:
    book = draw(
        pipeline_stage="""
            stage  position  outcome  is_pitched  is_qualified
            Talk   1         open     no          yes
            Won    2         won      no          no
            Lost   3         lost     no          no
        """,
        opportunity="id  stage  close_date\nd1  Won  2026-05-05\nd2  Lost  2026-05-05",
        opportunity_version="""
            opportunity_id  valid_from        stage  close_date
            d1              2026-01-01T09:00  Talk   2026-05-05
            d1              2026-05-05T09:00  Won    2026-05-05
            d2              2026-01-01T09:00  Talk   2026-05-05
            d2              2026-05-05T09:00  Lost   2026-05-05
        """,
    )
    figure = book.measure("close_rate").figure
    assert figure.value is None
    assert "pitched" in figure.why
