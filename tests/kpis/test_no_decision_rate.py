"""The no-decision rate counts what was given up, where the pipeline has a stage for that."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

STAGES = """
    pipeline  stage    position  outcome      is_qualified
    New       Talk     1         open         yes
    New       Won      2         won          no
    New       Lost     3         lost         no
    New       Nothing  4         no_decision  no
    Renewal   Talk     1         open         yes
    Renewal   Won      2         won          no
    Renewal   Lost     3         lost         no
"""
DEALS = """
    id  pipeline  stage    close_date
    d1  New       Won      2026-02-01
    d2  New       Lost     2026-02-01
    d3  New       Nothing  2026-02-01
    d4  New       Talk     2026-02-01
    d5  New       Nothing  2026-05-01
    d6  Renewal   Lost     2026-02-01
"""


def test_lost_to_somebody_is_no_lack_of_a_decision(draw: Callable[..., Book]) -> None:
    book = draw(pipeline_stage=STAGES, opportunity=DEALS)
    figure = book.measure("no_decision_rate", period="2026Q1").figure
    assert [figure.numerator, figure.denominator] == [1, 3]


def test_a_pipeline_without_a_stage_for_it_tells_nothing(draw: Callable[..., Book]) -> None:
    book = draw(pipeline_stage=STAGES, opportunity=DEALS)
    found = {f.key[0]: f for f in book.measure("no_decision_rate", by="pipeline")}
    assert (found["Renewal"].value, found["Renewal"].n_excluded) == (None, 1)
    assert found["New"].value is not None
