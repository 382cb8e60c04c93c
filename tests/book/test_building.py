"""What a build makes of the tables an importer read: stages, places, rates, versions, the day it speaks of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from salesops.book.book import Book
from salesops.book.settings import CalendarSettings, Segment, Settings, StageMeaning
from salesops.engines.calendar_days import day_turns

DEALS = """
    id  pipeline  stage     amount  currency  close_date  owner_id
    d1  -         Proposal  100     USD       2026-06-30  ann
    d2  -         Won       100     USD       2026-06-01  ann
"""


def stages(book: Book) -> dict[str, tuple[Any, ...]]:
    found = book.engine.run(
        "SELECT stage, position, outcome, is_pitched, is_qualified, forecast_category "
        "FROM pipeline_stage ORDER BY pipeline, position"
    )
    return {row[0]: row[1:] for row in found.rows}


def saying(*words: StageMeaning) -> Settings:
    return Settings(stages=list(words))


# -- versions --------------------------------------------------------------------------------------


def test_the_first_recorded_version_in_an_open_stage_enters_it(draw: Callable[..., Book]) -> None:
    """Not a return to it, a change within it, a close, or a state that was only seen."""
    book = draw(
        opportunity="""
            id  stage
            d1  Won
            d2  Proposal
        """,
        opportunity_version="""
            opportunity_id  valid_from  stage      amount
            d1              2026-01-01  Qualified  10
            d1              2026-01-02  Proposal   10
            d1              2026-01-03  Proposal   20
            d1              2026-01-04  Qualified  20
            d1              2026-01-05  Proposal   20
            d1              2026-01-06  Won        20
            d2              2026-01-01  Qualified  -
        """,
    )
    entries = book.engine.run(
        "SELECT opportunity_id, stage, day(valid_from) FROM opportunity_version WHERE is_stage_entry "
        "ORDER BY ALL"
    )
    assert entries.rows == [
        ("d1", "Proposal", 2),
        ("d1", "Qualified", 1),
        ("d2", "Qualified", 1),
    ]
    seen = book.engine.run(
        "SELECT stage, change_source FROM opportunity_version WHERE opportunity_id = 'd2' AND NOT is_stage_entry"
    )
    assert seen.rows == [("Proposal", "snapshot")]


# -- stages ----------------------------------------------------------------------------------------

NAMED = """
    id  stage
    d1  Negotiation
    d2  Demo
    d3  Qualification
    d4  Prospecting
    d5  Closed Won
    d6  Closed Lost
    d7  No Decision
"""


def test_stages_no_file_describes_are_told_by_their_names(draw: Callable[..., Book]) -> None:
    found = stages(draw(opportunity=NAMED, pipeline_stage="stage"))
    assert list(found)[:4] == ["Prospecting", "Qualification", "Demo", "Negotiation"]
    assert {s: w[1] for s, w in found.items() if w[1] != "open"} == {
        "Closed Won": "won",
        "Closed Lost": "lost",
        "No Decision": "no_decision",
    }
    assert [s for s, w in found.items() if w[2]] == ["Demo", "Negotiation"]
    assert [s for s, w in found.items() if w[3]] == ["Qualification", "Demo", "Negotiation"]


def test_a_stage_a_person_says_is_not_pitched_is_not(draw: Callable[..., Book]) -> None:
    settings = saying(StageMeaning(stage="Demo", is_pitched=False))
    found = stages(draw(settings=settings, opportunity=NAMED, pipeline_stage="stage"))
    assert [s for s, w in found.items() if w[2]] == ["Negotiation"]


def test_a_persons_word_wins_over_the_files(draw: Callable[..., Book]) -> None:
    settings = saying(
        StageMeaning(stage="Proposal", is_pitched=False, is_qualified=False),
        StageMeaning(stage="Discovery", is_pitched=True),
    )
    found = stages(draw(settings=settings, opportunity=DEALS))
    assert found["Proposal"][2:4] == (False, False)
    assert found["Discovery"][2:4] == (True, True)


def test_a_stage_a_person_calls_lost_is_lost_in_every_way(draw: Callable[..., Book]) -> None:
    settings = saying(StageMeaning(stage="Proposal", outcome="lost"))
    book = draw(settings=settings, opportunity=DEALS)
    position, outcome, pitched, qualified, category = stages(book)["Proposal"]
    assert (outcome, pitched, qualified, category) == ("lost", False, False, "omitted")
    assert position > stages(book)["Discovery"][0]
    assert book.measure("win_rate").figure.n == 2


def test_a_position_a_person_gives_moves_the_others(draw: Callable[..., Book]) -> None:
    settings = saying(StageMeaning(stage="Proposal", position=1))
    found = stages(draw(settings=settings, opportunity=DEALS))
    assert list(found)[:3] == ["Proposal", "Prospecting", "Discovery"]
    assert [w[0] for w in found.values()] == [1, 2, 3, 4, 5, 6]


def test_a_word_for_one_pipeline_wins_over_one_for_all(draw: Callable[..., Book]) -> None:
    deals = """
        id  pipeline  stage
        d1  New       Demo
        d2  Renewal   Demo
    """
    settings = saying(
        StageMeaning(pipeline="Renewal", stage="Demo", is_pitched=False),
        StageMeaning(stage="Demo", is_pitched=True),
    )
    book = draw(settings=settings, opportunity=deals, pipeline_stage="stage")
    found = book.engine.run("SELECT pipeline, is_pitched FROM pipeline_stage ORDER BY 1").rows
    assert found == [("New", True), ("Renewal", False)]


def test_a_stage_file_without_pipelines_speaks_for_all_of_them(draw: Callable[..., Book]) -> None:
    deals = """
        id  pipeline  stage
        d1  New       Signed
        d2  New       Talk
        d3  Renewal   Signed
    """
    said = """
        stage   position  outcome
        Talk    1         open
        Signed  2         won
    """
    book = draw(opportunity=deals, pipeline_stage=said)
    assert book.measure("data_completeness", by=["outcome"]).figures[0].key == ("won",)
    won = book.engine.run("SELECT id FROM opportunity WHERE is_won ORDER BY id").rows
    assert won == [("d1",), ("d3",)]


def test_a_stage_named_twice_multiplies_no_deal(draw: Callable[..., Book]) -> None:
    twice = """
        stage     position  outcome  is_pitched
        Proposal  1         open     no
        Proposal  2         open     yes
    """
    book = draw(opportunity=DEALS, pipeline_stage=twice)
    assert book.engine.run("SELECT count(*) FROM opportunity").rows == [(2,)]
    assert stages(book)["Proposal"][2] is True


# -- places and rates ------------------------------------------------------------------------------


def test_a_person_without_places_was_always_on_their_team(draw: Callable[..., Book]) -> None:
    book = draw(opportunity=DEALS, person="id  name  team\nann  Ann  North")
    found = book.engine.run("SELECT person_id, team, valid_from, valid_to FROM team_membership")
    assert found.rows == [("ann", "North", date(1, 1, 1), date(9999, 12, 31))]


def test_a_later_place_ends_the_one_before(draw: Callable[..., Book]) -> None:
    places = """
        person_id  team   valid_from  valid_to
        ann        North  2025-01-01  -
        ann        South  2026-06-15  -
        ann        Never  2026-06-20  2026-06-20
    """
    book = draw(opportunity=DEALS, person="id  name  team\nann  Ann  South", team_membership=places)
    found = book.engine.run(
        "SELECT team, valid_from, valid_to FROM team_membership ORDER BY valid_from"
    )
    assert found.rows == [
        ("North", date(2025, 1, 1), date(2026, 6, 15)),
        ("South", date(2026, 6, 15), date(9999, 12, 31)),
    ]


def test_rates_are_rebased_into_the_currency_a_person_chooses(draw: Callable[..., Book]) -> None:
    rates = """
        currency  valid_from  valid_to  rate
        USD       2020-01-01  -         1
        EUR       2020-01-01  -         1.25
        GBP       2020-01-01  -         1.5
    """
    deals = """
        id  stage  amount  currency  close_date
        d1  Won    125     USD       2026-06-01
        d2  Won    100     EUR       2026-06-01
        d3  Won    100     GBP       2026-06-01
    """
    book = draw(settings=Settings(currency="EUR"), opportunity=deals, exchange_rate=rates)
    rows = book.rows_behind("closed_to_date").dicts()
    assert {r["id"]: r["numerator"] for r in rows} == {"d1": 100_00, "d2": 100_00, "d3": 120_00}


def test_the_currency_without_a_rate_is_the_one_rates_are_given_in(
    draw: Callable[..., Book],
) -> None:
    rates = "currency  valid_from  rate\nEUR  2020-01-01  1.25"
    deals = """
        id  stage  amount  currency  close_date
        d1  Won    100     USD       2026-06-01
        d2  Won    100     EUR       2026-06-01
        d3  Won    100     EUR       2026-06-01
    """
    book = draw(opportunity=deals, exchange_rate=rates)
    assert book.facts.currency == "USD"
    assert book.measure("closed_to_date").value == 350_00
    euros = draw(settings=Settings(currency="EUR"), opportunity=deals, exchange_rate=rates)
    assert euros.measure("closed_to_date").value == 280_00


@pytest.mark.parametrize(
    ("reporting", "other", "alike"),
    [("USD", "EUR", True), ("USD", "JPY", False), ("JPY", "KRW", True), ("JPY", "XYZ", False)],
)
def test_a_book_knows_whether_all_its_money_has_as_many_decimals(
    draw: Callable[..., Book], reporting: str, other: str, alike: bool
) -> None:
    """Then a condition need not ask the currency of each deal, and says of all the same."""
    book = draw(
        settings=Settings(
            currency=reporting, segments=[Segment(name="Large", criterion="amount >= 500")]
        ),
        opportunity=f"""
            id  stage  amount  currency      close_date
            d1  Won    499     {reporting}   2026-06-01
            d2  Won    500     {reporting}   2026-06-01
            d3  Won    499     {other}       2026-06-01
            d4  Won    500     {other}       2026-06-01
        """,
        exchange_rate=f"currency  valid_from  rate\n{other}  2020-01-01  1\nKWD  2020-01-01  3",
    )
    assert book.facts.units.alike is alike
    rows = book.rows_behind("closed_to_date", at={"segment": "Large"}).dicts()
    assert {row["id"] for row in rows} == {"d2", "d4"}


def test_money_of_a_deal_that_is_no_more_counts_among_a_books_money(
    draw: Callable[..., Book],
) -> None:
    book = draw(
        opportunity="id  stage     amount  currency\nd1  Proposal  100     USD",
        opportunity_version="""
            opportunity_id  valid_from  stage
            d1              2026-01-01  Proposal
            d2              2026-01-01  Proposal
        """,
        deletion="id  stage     amount  currency  deleted_at\nd2  Proposal  100     JPY       2026-02-01",
    )
    assert book.facts.units.alike is False


def test_minor_units_of_different_size_are_converted(draw: Callable[..., Book]) -> None:
    rates = (
        "currency  valid_from  rate\nUSD  2020-01-01  1\nJPY  2020-01-01  0.01\nKWD  2020-01-01  3"
    )
    deals = """
        id  stage  amount  currency  close_date
        d1  Won    1000    JPY       2026-06-01
        d2  Won    1.000   KWD       2026-06-01
    """
    rows = draw(opportunity=deals, exchange_rate=rates).rows_behind("closed_to_date").dicts()
    assert {r["id"]: r["numerator"] for r in rows} == {"d1": 10_00, "d2": 3_00}


def test_deals_without_a_rate_are_named_as_a_problem(draw: Callable[..., Book]) -> None:
    deals = "id  stage  amount  currency\nd1  Won  100  USD\nd2  Won  100  USD\nd3  Won  100  EUR"
    found = draw(opportunity=deals).engine.run("SELECT code, rows, message FROM _problem_count")
    assert found.rows[0][:2] == ("no_rate", 1)
    assert "no exchange rate to USD" in found.rows[0][2]


# -- versions --------------------------------------------------------------------------------------


def test_versions_follow_each_other_without_gap_or_overlap(rich: Book) -> None:
    broken = rich.engine.run(
        "SELECT count(*) FROM (SELECT valid_to, lead(valid_from, 1, TIMESTAMP '9999-12-31') OVER "
        "(PARTITION BY opportunity_id ORDER BY valid_from) AS following FROM opportunity_version) "
        "WHERE valid_to <> following"
    )
    assert broken.rows == [(0,)]


def test_the_state_now_is_the_last_version(rich: Book) -> None:
    differing = rich.engine.run(
        "SELECT count(*) FROM opportunity o JOIN opportunity_version v ON v.opportunity_id = o.id "
        "AND v.valid_to = TIMESTAMP '9999-12-31' WHERE (o.stage, o.outcome, o.closed_on, o.pitched_on) "
        "IS DISTINCT FROM (v.stage, v.outcome, v.closed_on, v.pitched_on)"
    )
    assert differing.rows == [(0,)]


def test_a_correction_from_lost_to_won_closes_anew(draw: Callable[..., Book]) -> None:
    now = "id  stage  close_date\nd1  Won  2026-05-01"
    past = """
        opportunity_id  valid_from        stage     close_date
        d1              2026-01-01T09:00  Proposal  2026-05-01
        d1              2026-04-01T09:00  Lost      2026-04-01
        d1              2026-05-01T09:00  Won       2026-05-01
    """
    book = draw(opportunity=now, opportunity_version=past)
    found = book.engine.run("SELECT closed_at FROM opportunity_version ORDER BY valid_from").rows
    assert [f[0] for f in found] == [None, datetime(2026, 4, 1, 9), datetime(2026, 5, 1, 9)]  # noqa: DTZ001


def test_versions_of_deals_no_file_has_make_no_deal(draw: Callable[..., Book]) -> None:
    past = "opportunity_id  valid_from  stage\nghost  2026-01-01T09:00  Won"
    book = draw(opportunity=DEALS, opportunity_version=past)
    assert book.engine.run("SELECT id FROM opportunity ORDER BY id").rows == [("d1",), ("d2",)]


def test_what_history_lacks_the_current_row_has(draw: Callable[..., Book]) -> None:
    now = "id  stage  source  next_step\nd1  Proposal  Web  call"
    past = "opportunity_id  valid_from  stage\nd1  2026-01-01T09:00  Proposal"
    book = draw(opportunity=now, opportunity_version=past)
    assert book.engine.run("SELECT source, next_step FROM opportunity").rows == [("Web", "call")]


def test_a_closed_deal_dated_in_the_future_keeps_its_date_and_is_named(
    draw: Callable[..., Book],
) -> None:
    deals = """
        id  stage  amount  created_on  close_date
        d1  Won    100     2026-06-01  2026-09-01
        d2  Won    100     2026-06-01  2026-06-10
    """
    book = draw(opportunity=deals)
    assert book.today == date(2026, 6, 10)
    assert book.measure("closed_to_date", period="2026Q3").value == 100_00
    found = book.engine.run("SELECT code, rows, amount_minor FROM _problem_count").rows
    assert found == [("closed_in_future", 1, 100_00)]


# -- days ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        ("Europe/Berlin", "2026-03-31T22:30", date(2026, 4, 1)),
        ("America/New_York", "2026-04-01T02:00", date(2026, 3, 31)),
        ("Asia/Kolkata", "2026-03-31T18:29", date(2026, 3, 31)),
        ("Asia/Kolkata", "2026-03-31T18:30", date(2026, 4, 1)),
    ],
)
def test_the_day_of_an_instant_is_one_of_the_organisation(
    draw: Callable[..., Book], zone: str, instant: str, day: date
) -> None:
    book = draw(
        settings=Settings(calendar=CalendarSettings(time_zone=zone)),
        opportunity=f"id  stage  created_at  created_on\nd1  Proposal  {instant}  2020-01-01",
        opportunity_version=f"opportunity_id  valid_from  stage\nd1  {instant}  Proposal",
    )
    created = book.engine.run("SELECT created_on, pitched_on FROM opportunity").rows
    assert created == [(day, day)]
    rows = book.rows_behind("stage_conversion").dicts()
    assert [r["happened_on"] for r in rows] == [day]


@pytest.mark.parametrize(
    ("day", "zone", "at"),
    [
        (date(2026, 3, 29), "Europe/Berlin", datetime(2026, 3, 29, 22, tzinfo=UTC)),
        (date(2026, 10, 25), "Europe/Berlin", datetime(2026, 10, 25, 23, tzinfo=UTC)),
        (date(2026, 1, 1), "UTC", datetime(2026, 1, 1, tzinfo=UTC)),
    ],
)
def test_the_local_day_turns_once_in_a_day_of_utc(day: date, zone: str, at: datetime) -> None:
    turn = day_turns(day, zone)
    assert turn.at == at.replace(tzinfo=None)
    assert (turn.after - turn.before).days == (0 if zone == "UTC" else 1)


def test_the_skipped_day_of_apia_is_no_local_day() -> None:
    turn = day_turns(date(2011, 12, 30), "Pacific/Apia")
    assert (turn.before, turn.after) == (date(2011, 12, 29), date(2011, 12, 31))


def test_a_book_written_in_parts_is_the_same_and_in_the_same_order(
    draw: Callable[..., Book], monkeypatch: pytest.MonkeyPatch
) -> None:
    history = """
        opportunity_id  valid_from           stage
        d2              2026-03-01 08:00:00  Proposal
        d1              2026-02-01 08:00:00  Proposal
        d3              2026-01-01 08:00:00  Proposal
        d2              2026-06-01 08:00:00  Won
    """
    deals = "id  stage     owner_id\nd3  Proposal  ann\nd1  Won       ann\nd2  Won       bob"

    def written() -> list[tuple[Any, ...]]:
        book = draw(opportunity=deals, opportunity_version=history)
        return list(book.engine.run("SELECT * FROM opportunity_version").rows)

    whole = written()
    monkeypatch.setattr("salesops.engines.versions.DEALS_AT_ONCE", 1)
    assert written() == whole
    assert [row[:2] for row in whole] == sorted(row[:2] for row in whole)
