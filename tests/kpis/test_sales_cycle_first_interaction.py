"""The cycle from first contact begins with what a seller first did with the buyer."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id  stage  close_date  owner_id
    d1  Won    2026-02-01  ann
    d2  Won    2026-02-01  ann
    d3  Won    2026-02-01  ann
    d4  Lost   2026-02-01  ann
"""
PASTS = """
    opportunity_id  valid_from        stage     close_date  owner_id
    d1              2026-01-01T00:00  Proposal  2026-02-01  ann
    d1              2026-02-01T12:00  Won       2026-02-01  ann
"""
WORK = """
    id  kind      owner_id  opportunity_id  occurred_at       is_done
    v1  research  ann       d1              2026-01-01T12:00  yes
    v2  call      bob       d1              2026-01-22T12:00  yes
    v3  meeting   ann       d1              2026-01-30T12:00  yes
    v4  call      ann       d1              2026-01-02T12:00  no
    v5  email     ann       d2              2026-02-01T16:00  yes
    v6  call      ann       d3              2026-02-03T12:00  yes
    v7  call      ann       d4              2026-01-01T12:00  yes
"""


def book_of(draw: Callable[..., Book]) -> Book:
    return draw(opportunity=DEALS, opportunity_version=PASTS, activity=WORK)


def test_it_begins_with_the_first_talk_done_by_any_seller(draw: Callable[..., Book]) -> None:
    rows = book_of(draw).rows_behind("sales_cycle_first_interaction").dicts()
    assert {r["id"]: r["numerator"] for r in rows}["d1"] == 10 * 86_400  # v2, not v1 or v4


def test_a_colleagues_call_counts_whoever_is_looking(draw: Callable[..., Book]) -> None:
    seen = book_of(draw).seen_by(["ann"])
    rows = seen.rows_behind("sales_cycle_first_interaction").dicts()
    assert {r["id"]: r["numerator"] for r in rows}["d1"] == 10 * 86_400


def test_a_first_talk_on_the_day_of_a_win_known_by_the_day_is_no_days(
    draw: Callable[..., Book],
) -> None:
    rows = book_of(draw).rows_behind("sales_cycle_first_interaction").dicts()
    assert {r["id"]: r["numerator"] for r in rows}["d2"] == 0


def test_deals_first_talked_about_after_they_were_won_are_excluded(
    draw: Callable[..., Book],
) -> None:
    figure = book_of(draw).measure("sales_cycle_first_interaction").figure
    assert (figure.value, figure.n, figure.n_excluded) == (5, 2, 1)


def test_without_activities_it_says_which_file_would_bring_them(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS).measure("sales_cycle_first_interaction").figure
    assert figure.value is None
    assert "Task and Event" in figure.why
