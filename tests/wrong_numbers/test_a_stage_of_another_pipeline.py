"""A stage called won in the file of stages was open in every pipeline but one.

Stages that name no pipeline were given to the commonest one; the others were told by their names."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book


def test_a_stage_without_a_pipeline_means_the_same_in_all(draw: Callable[..., Book]) -> None:
    book = draw(
        pipeline_stage="""
            stage   position  outcome
            Talk    1         open
            Signed  2         won
        """,
        opportunity="""
            id  pipeline  stage   close_date
            d1  New       Signed  2026-05-05
            d2  New       Talk    2026-05-05
            d3  Renewal   Signed  2026-05-05
        """,
    )
    assert book.measure("win_rate").figure.n == 2
