"""Open pipeline adds up what is open in qualified stages."""

from __future__ import annotations

from collections.abc import Callable

from salesops.book.book import Book

DEALS = """
    id  stage        amount  currency  close_date  owner_id
    d1  Prospecting  100     USD       2026-09-01  ann
    d2  Discovery    200     USD       2026-09-01  ann
    d3  Proposal     400     EUR       2026-05-01  bob
    d4  Proposal     -       USD       2026-09-01  bob
    d5  Won          999     USD       2026-05-01  bob
    d6  Lost         999     USD       2026-05-01  bob
"""
RATES = """
    currency  valid_from  valid_to    rate
    USD       2020-01-01  -           1
    EUR       2020-01-01  2026-06-30  1.10
    EUR       2026-06-30  -           1.25
"""
PEOPLE = """
    id   name  team
    ann  Ann   North
    bob  Bob   South
"""


def test_only_open_deals_in_qualified_stages_count_also_past_their_close_date(
    draw: Callable[..., Book],
) -> None:
    book = draw(opportunity=DEALS, exchange_rate=RATES)
    rows = book.rows_behind("open_pipeline").dicts()
    assert [r["id"] for r in rows] == ["d2", "d3", "d4"]


def test_open_deals_are_worth_what_their_currency_is_worth_on_the_day_of_the_reading(
    draw: Callable[..., Book],
) -> None:
    book = draw(
        opportunity="id  stage  amount  currency\nd1  Proposal  400  EUR",
        opportunity_version="""
            opportunity_id  valid_from        stage     amount  currency
            d1              2026-01-01T09:00  Proposal  300     EUR
            d1              2026-06-30T09:00  Proposal  400     EUR
        """,
        exchange_rate=RATES,
    )
    assert book.measure("open_pipeline").value == 500_00
    assert book.as_of("2026-06-29").measure("open_pipeline").value == 330_00


def test_deals_without_an_amount_are_excluded_and_counted(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=DEALS, exchange_rate=RATES).measure("open_pipeline").figure
    assert (figure.n, figure.n_excluded) == (2, 1)


def test_deals_in_a_currency_without_a_rate_are_excluded_and_not_added_as_they_are(
    draw: Callable[..., Book],
) -> None:
    figure = draw(opportunity=DEALS).measure("open_pipeline").figure
    assert (figure.value, figure.n, figure.n_excluded) == (200_00, 1, 2)


def test_teams_add_up_to_the_whole(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, exchange_rate=RATES, person=PEOPLE)
    found = {f.key[0]: f.value for f in book.measure("open_pipeline", by=["team"])}
    assert found == {"North": 200_00, "South": 440_00}


def test_no_open_deals_are_nothing(draw: Callable[..., Book]) -> None:
    drawn = "id  stage  amount\nd1  Won  100"
    figure = draw(opportunity=drawn).measure("open_pipeline").figure
    assert figure.value is None
    assert figure.why
