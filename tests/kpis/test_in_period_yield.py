"""In-period yield is what was won in a period from the pipeline it began with."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from salesops.book.book import Book
from salesops.book.settings import CalendarSettings, Settings
from tests.kpis.test_slippage_rate import STATES, deals_now, drawn


def test_won_in_the_period_from_what_was_open_at_its_start(draw: Callable[..., Book]) -> None:
    book = drawn(draw, STATES, "2026-07-31T12:00")
    (found,) = book.measure("in_period_yield", period="2026Q2")
    # won for 150; open were won, lost, pushed, waits and later. Late had no amount, and was won after the quarter.
    assert [found.numerator, found.denominator, found.n_excluded] == [150_00, 700_00, 1]
    assert found.denominator == book.as_of("2026-03-31").measure("open_pipeline").value


def test_a_deal_won_before_the_reading_but_after_it_was_asked_for_is_not_won(
    draw: Callable[..., Book],
) -> None:
    then = drawn(draw, STATES, "2026-07-31T12:00").as_of("2026-04-30")
    (found,) = then.measure("in_period_yield", period="2026Q2")
    assert (found.value, found.n_open) == (Decimal(0), 6)


def test_teams_are_those_of_the_eve(draw: Callable[..., Book]) -> None:
    places = """
        person_id  team   valid_from  valid_to
        ann        North  2026-01-01  2026-04-01
        ann        South  2026-04-01  9999-12-31
        bob        East   2026-01-01  9999-12-31
    """
    people = "id  name\nann  Ann\nbob  Bob"
    book = drawn(draw, STATES, "2026-07-31T12:00", team_membership=places, person=people)
    found = book.measure("in_period_yield", period="2026Q2", by="team")
    eve = book.as_of("2026-03-31").measure("open_pipeline", by="team")
    assert {f.key: f.denominator for f in found} == {f.key: f.value for f in eve}


def test_the_period_begins_when_its_first_day_does_where_the_organisation_is(
    draw: Callable[..., Book],
) -> None:
    states = """
        opportunity_id  valid_from        stage     amount  close_date
        eve             2026-04-01T03:30  Proposal  1       2026-05-01
        day             2026-04-01T04:00  Proposal  20      2026-05-01
        first           2026-01-10T09:00  Proposal  300     2026-05-01
    """
    new_york = Settings(calendar=CalendarSettings(time_zone="America/New_York"))
    book = draw(
        now="2026-07-31T12:00",
        settings=new_york,
        opportunity=deals_now(states),
        opportunity_version=states,
    )
    (found,) = book.measure("in_period_yield", period="2026-04-01..2026-04-30")
    assert found.denominator == 301_00  # at 3:30 UTC it was still 31 March there
