"""Closed to date adds up what was won in the period."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id  stage  amount  currency  close_date  owner_id
    d1  Won    100     USD       2026-03-31  ann
    d2  Won    200     EUR       2026-04-01  bob
    d3  Won    -       USD       2026-04-02  bob
    d4  Lost   999     USD       2026-04-02  bob
"""
RATES = """
    currency  valid_from  valid_to    rate
    USD       2020-01-01  -           1
    EUR       2020-01-01  2026-04-02  1.10
    EUR       2026-04-02  -           2
"""


def test_wins_count_in_the_period_of_their_close_date(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, exchange_rate=RATES)
    assert book.measure("closed_to_date", period="2026Q1").value == 100_00
    assert book.measure("closed_to_date", period="2026Q2").value == 220_00


def test_money_is_converted_at_the_rate_of_the_day_it_was_won(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS, exchange_rate=RATES).measure("closed_to_date").figure
    assert figure.value == 100_00 + 220_00


def test_a_win_without_an_amount_is_excluded_and_not_worth_nothing(
    draw: Callable[..., Book],
) -> None:
    figure = draw(opportunity=DEALS, exchange_rate=RATES).measure("closed_to_date").figure
    assert (figure.n, figure.n_excluded) == (2, 1)


def test_quarters_add_up_to_the_whole(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, exchange_rate=RATES)
    found = book.measure("closed_to_date", by=["quarter"])
    assert [(f.key[0], f.value) for f in found] == [("2026Q1", 100_00), ("2026Q2", 220_00)]


def test_no_wins_are_nothing_and_not_zero(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, exchange_rate=RATES)
    assert book.measure("closed_to_date", period="2025").value is None


def test_a_deal_reopened_and_won_again_is_won_once_on_its_last_close(
    draw: Callable[..., Book],
) -> None:
    now = "id  stage  amount  close_date\nd1  Won  300  2026-05-05"
    past = """
        opportunity_id  valid_from        stage     amount  close_date
        d1              2026-01-01T09:00  Proposal  100     2026-02-02
        d1              2026-02-02T09:00  Won       100     2026-02-02
        d1              2026-03-02T09:00  Proposal  300     2026-05-05
        d1              2026-05-05T09:00  Won       300     2026-05-05
    """
    book = draw(opportunity=now, opportunity_version=past)
    assert book.measure("closed_to_date").value == 300_00
    assert book.measure("closed_to_date", period="2026Q1").value is None
    assert book.as_of("2026-02-28").measure("closed_to_date", period="2026Q1").value == 100_00


def test_the_owner_and_the_team_at_close_keep_the_win(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity="id  stage  amount  close_date  owner_id\nd1  Won  300  2026-02-05  ann",
        person="id  name  team\nann  Ann  South",
        team_membership="""
            person_id  team   valid_from  valid_to
            ann        North  2025-01-01  2026-02-06
            ann        South  2026-02-06  -
        """,
    )
    assert [f.key for f in book.measure("closed_to_date", by=["team"])] == [("North",)]
