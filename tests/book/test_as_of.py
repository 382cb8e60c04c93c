"""A reading as of an instant knows what was known then, and nothing after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from salesops.book.book import Book
from salesops.book.settings import CalendarSettings, Settings
from salesops.foundations.problem import Refusal

NOW = """
    id  stage     amount  currency  close_date  owner_id  account_id
    d1  Won       300     USD       2026-05-05  bob       a1
    d2  Proposal  100     EUR       2026-09-01  ann       a1
"""
PAST = """
    opportunity_id  valid_from        stage      amount  currency  close_date  owner_id  account_id
    d1              2026-01-10T09:00  Discovery  100     USD       2026-03-31  ann       a1
    d1              2026-03-31T23:30  Proposal   200     USD       2026-06-30  ann       a1
    d1              2026-04-15T09:00  Proposal   200     USD       2026-06-30  bob       a1
    d1              2026-05-05T09:00  Won        300     USD       2026-05-05  bob       a1
    d2              2026-02-01T09:00  Proposal   100     EUR       2026-09-01  ann       a1
"""
RATES = """
    currency  valid_from  valid_to    rate
    USD       2020-01-01  -           1
    EUR       2020-01-01  2026-03-01  1.10
    EUR       2026-03-01  -           1.25
"""
PEOPLE = """
    id   name  team
    ann  Ann   West
    bob  Bob   South
"""
PLACES = """
    person_id  team   valid_from  valid_to
    ann        North  2025-01-01  2026-03-01
    ann        West   2026-03-01  -
"""


def book_of(draw: Callable[..., Book], zone: str = "UTC") -> Book:
    return draw(
        opportunity=NOW,
        opportunity_version=PAST,
        exchange_rate=RATES,
        person=PEOPLE,
        team_membership=PLACES,
        settings=Settings(calendar=CalendarSettings(time_zone=zone)),
    )


def teams(book: Book) -> dict[str | None, int]:
    return {f.key[0]: int(f.value or 0) for f in book.measure("open_pipeline", by=["team"])}


def test_each_state_holds_from_its_instant_until_the_next(draw: Callable[..., Book]) -> None:
    book = book_of(draw)
    assert book.as_of("2026-01-10T08:59").where("id = 'd1'").measure("open_pipeline").value is None
    assert (
        book.as_of("2026-01-10T09:00").where("id = 'd1'").measure("open_pipeline").value == 100_00
    )
    assert (
        book.as_of("2026-03-31T23:29").where("id = 'd1'").measure("open_pipeline").value == 100_00
    )
    assert (
        book.as_of("2026-03-31T23:30").where("id = 'd1'").measure("open_pipeline").value == 200_00
    )
    assert book.where("id = 'd1'").measure("open_pipeline").value is None


def test_a_day_means_its_end_in_the_organisations_zone(draw: Callable[..., Book]) -> None:
    d1 = book_of(draw).where("id = 'd1'")
    assert d1.as_of("2026-03-31").measure("open_pipeline").value == 200_00
    berlin = book_of(draw, "Europe/Berlin").where("id = 'd1'")  # where half past one is in April
    assert berlin.as_of("2026-03-31").measure("open_pipeline").value == 100_00
    assert berlin.as_of(date(2026, 4, 1)).measure("open_pipeline").value == 200_00


def test_before_history_there_is_nothing_and_the_reason(draw: Callable[..., Book]) -> None:
    figure = book_of(draw).as_of("2026-01-09").measure("open_pipeline").figure
    assert figure.value is None
    assert "History begins on 10 January 2026" in figure.why


def test_without_history_the_past_is_nothing_and_the_reason(draw: Callable[..., Book]) -> None:
    figure = draw(opportunity=NOW).as_of("2026-01-09").measure("open_pipeline").figure
    assert figure.value is None
    assert "OpportunityHistory" in figure.why


def test_open_deals_have_the_rate_and_the_team_of_the_day_of_the_reading(
    draw: Callable[..., Book],
) -> None:
    book = book_of(draw)
    assert teams(book.as_of("2026-02-28")) == {"North": 100_00 + 110_00}
    assert teams(book.as_of("2026-03-01")) == {"West": 100_00 + 125_00}
    assert teams(book.as_of("2026-04-20")) == {"West": 125_00, "South": 200_00}


def test_the_owner_is_the_one_of_then(draw: Callable[..., Book]) -> None:
    book = book_of(draw).where("id = 'd1'")
    assert [f.key for f in book.as_of("2026-04-14").measure("open_pipeline", by=["person"])] == [
        ("ann",)
    ]
    assert [f.key for f in book.as_of("2026-04-15").measure("open_pipeline", by=["person"])] == [
        ("bob",)
    ]


def test_later_than_the_files_is_their_latest_state_and_says_so(draw: Callable[..., Book]) -> None:
    book = book_of(draw)
    later = book.as_of("2030-01-01")
    assert later.today == book.today == date(2026, 5, 5)
    assert later.measure("past_due_close_dates").as_of == book.instant
    assert later.measure("open_pipeline").value == book.measure("open_pipeline").value


def test_the_last_day_of_all_is_understood(draw: Callable[..., Book]) -> None:
    assert book_of(draw).as_of("9999-12-31").today == date(2026, 5, 5)


def test_instants_without_a_zone_are_utc(draw: Callable[..., Book]) -> None:
    book = book_of(draw, "America/New_York")
    assert book.as_of("2026-04-01T12:00").instant == datetime(2026, 4, 1, 12, tzinfo=UTC)
    assert book.as_of("2026-04-01T12:00+02:00").instant == datetime(2026, 4, 1, 10, tzinfo=UTC)


def test_a_result_names_its_day_in_the_organisations_zone(draw: Callable[..., Book]) -> None:
    book = book_of(draw, "America/New_York").as_of("2026-03-31")
    measured = book.measure("open_pipeline")
    assert measured.as_of == datetime(2026, 4, 1, 3, 59, 59, 999999, tzinfo=UTC)
    assert "as of 31 March 2026" in repr(measured)


def test_what_is_no_day_is_refused_in_words(draw: Callable[..., Book]) -> None:
    for nonsense in ("yesterday", "2026-02-30", ""):
        with pytest.raises(Refusal, match="is not a day"):
            book_of(draw).as_of(nonsense)


@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
def test_accounts_were_no_customers_before_their_first_win(draw: Callable[..., Book]) -> None:
    book = draw(
        opportunity=NOW,
        opportunity_version=PAST,
        account="id  name  created_on\na1  Acme  2025-01-01\na2  Late  2026-04-01",
    )
    then = book.as_of("2026-03-31").account.to_pyarrow().to_pylist()
    assert [(a["id"], a["is_customer"], a["customer_since"]) for a in then] == [("a1", False, None)]
    now = {a["id"]: a["is_customer"] for a in book.account.to_pyarrow().to_pylist()}
    assert now == {"a1": True, "a2": False}


def test_within_a_day_only_what_had_happened_by_the_instant_is_known(
    draw: Callable[..., Book],
) -> None:
    work = """
        id  kind  owner_id  occurred_at       duration_minutes  is_done
        v1  call  ann       2026-02-10T10:00  30                yes
        v2  call  ann       2026-02-10T15:00  30                yes
    """
    book = draw(opportunity=NOW, opportunity_version=PAST, activity=work)
    noon = book.as_of("2026-02-10T12:00").measure("time_spent_selling").figure
    assert noon.n == 1
    assert book.as_of("2026-02-10").measure("time_spent_selling").figure.n == 2
