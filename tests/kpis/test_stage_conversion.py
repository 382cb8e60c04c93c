"""Stage conversion asks of each stage entered whether the deal went further."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id  stage      created_on  close_date
    d1  Won        2026-01-01  2026-03-01
    d2  Lost       2026-01-01  2026-03-01
    d3  Discovery  2026-01-01  2026-09-01
    d4  Won        2026-04-02  2026-05-01
"""
PASTS = """
    opportunity_id  valid_from        stage        close_date
    d1              2026-01-01T09:00  Prospecting  2026-03-01
    d1              2026-02-01T09:00  Proposal     2026-03-01
    d1              2026-02-15T09:00  Discovery    2026-03-01
    d1              2026-03-01T09:00  Won          2026-03-01
    d2              2026-01-01T09:00  Prospecting  2026-03-01
    d2              2026-01-20T09:00  Discovery    2026-03-01
    d2              2026-03-01T09:00  Lost         2026-03-01
    d3              2026-01-05T09:00  Discovery    2026-09-01
    d3              2026-01-06T09:00  Proposal     2026-09-01
    d3              2026-01-07T09:00  Discovery    2026-09-01
    d3              2026-05-07T09:00  Prospecting  2026-09-01
    d3              2026-05-08T09:00  Discovery    2026-09-01
    d4              2026-04-02T09:00  Prospecting  2026-05-01
    d4              2026-05-01T09:00  Won          2026-05-01
"""


def test_each_stage_has_its_entries_in_order_of_the_pipeline(draw: Callable[..., Book]) -> None:
    found = draw(opportunity=DEALS, opportunity_version=PASTS).measure(
        "stage_conversion", by=["stage"]
    )
    assert [(f.label[0], int(f.numerator or 0), int(f.denominator or 0)) for f in found] == [
        ("Prospecting", 4, 4),  # d1, d2, d4, and d3 that went back and had been further
        ("Discovery", 2, 3),  # d1 and d3 went on; d2 was lost
        ("Proposal", 1, 2),  # d1 was won; d3 went back
    ]


def test_skipped_stages_count_as_reached(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    assert book.measure("stage_conversion", period="2026M04").value == 1  # d4 from first to won


def test_entering_again_counts_once_and_in_the_period_of_the_first_time(
    draw: Callable[..., Book],
) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    rows = book.rows_behind("stage_conversion", period="2026M05").dicts()
    assert [(r["id"]) for r in rows] == ["d3"]  # Prospecting, first entered on 7 May


def test_going_back_undoes_no_conversion(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    found = book.where("stage = 'Discovery'").measure("stage_conversion", by=["stage"])
    assert {f.label[0]: f.value for f in found}["Discovery"] == 1


def test_a_lost_deal_has_not_gone_further(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, opportunity_version=PASTS)
    found = book.where("outcome = 'lost'").measure("stage_conversion", by=["stage"])
    assert {f.label[0]: f.value for f in found} == {"Prospecting": 1, "Discovery": 0}


def test_deals_still_in_the_stage_are_open(draw: Callable[..., Book]) -> None:
    drawn = "id  stage\nd1  Discovery"
    past = "opportunity_id  valid_from  stage\nd1  2026-01-01T09:00  Discovery"
    figure = draw(opportunity=drawn, opportunity_version=past).measure("stage_conversion").figure
    assert (figure.value, figure.n_open) == (0, 1)
    assert figure.is_immature


def test_a_win_seen_only_in_the_state_now_counts_as_further(draw: Callable[..., Book]) -> None:
    drawn = "id  stage  close_date\nd1  Won  2026-03-01"
    past = "opportunity_id  valid_from  stage\nd1  2026-01-01T09:00  Discovery"
    assert draw(opportunity=drawn, opportunity_version=past).measure("stage_conversion").value == 1


def test_without_history_there_is_none(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS).measure("stage_conversion").figure
    assert figure.value is None
    assert "history" in figure.why
