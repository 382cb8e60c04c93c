"""The pipeline as of any day is the number open pipeline of that day, cell by cell, and is never added up over days."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from salesops.book.book import Book
from salesops.book.facts import Scope
from salesops.book.settings import CalendarSettings, Segment, Settings
from salesops.engines.scoped import ScopedEngine
from salesops.foundations.problem import Refusal
from salesops.pipeline import as_of, days_back, first_day
from salesops.pipeline.grid import place_in
from tests.drawn import draw_book
from tests.pipeline.test_movement import PEOPLE

PLACES = """
    person_id  team   valid_from  valid_to
    ann        North  2025-01-01  2026-02-15
    ann        South  2026-02-15  2026-04-01
    ann        North  2026-05-01  9999-12-31
    bob        East   2026-01-01  9999-12-31
"""
RATES = """
    currency  valid_from  valid_to    rate
    EUR       2025-01-01  2026-03-01  1.103
    EUR       2026-03-10  2026-05-01  1.207
    EUR       2026-05-01  9999-12-31  1.151
"""
SEGMENTS = [
    Segment(name="Large", criterion="amount >= 150"),
    Segment(name="Ann's", criterion="owner_id = 'ann' and team = 'North'"),
]
FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)


def drawn_states(seed: int) -> str:
    """Sixty deals with up to eight states each, in two currencies."""
    chance = random.Random(seed)
    begins = datetime(2026, 1, 1, 9, tzinfo=UTC)
    lines = ["opportunity_id  valid_from  stage  amount  currency  close_date  owner_id  source"]
    for number in range(60):
        hours = {chance.randrange(24 * 178) for _ in range(chance.randint(1, 6))} | (
            {0, 24 * 180} if number == 0 else set()
        )
        for hour in sorted(hours):
            lines.append(
                "  ".join(
                    (
                        f"d{number:02}",
                        f"{begins + timedelta(hours=hour):%Y-%m-%dT%H:%M}",
                        chance.choice(("Prospecting", "Discovery", "Discovery", "Proposal", "Won")),
                        chance.choice(("100", "100", "250.01", "0.99", "-")),
                        chance.choice(("USD", "EUR")),
                        f"{date(2026, 1, 15) + timedelta(days=chance.randrange(300))}",
                        chance.choice(("ann", "bob", "cat")),
                        chance.choice(("Web", "Fair", "-")),
                    )
                )
            )
    return "\n".join(lines)


def drawn_deals(states: str) -> str:
    """Each deal as its last state says."""
    last = {line.split("  ")[0]: line.split("  ") for line in states.splitlines()[1:]}
    rows = [f"id  {'  '.join(states.splitlines()[0].split('  ')[2:])}"]
    return "\n".join([*rows, *("  ".join([key, *cells[2:]]) for key, cells in last.items())])


@pytest.fixture(scope="module", params=[3])
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Book:
    states = drawn_states(request.param)
    return draw_book(
        tmp_path_factory.mktemp("drawn"),
        settings=Settings(
            calendar=CalendarSettings(time_zone="America/New_York"),
            segments=SEGMENTS,
            currency="USD",
        ),
        opportunity=drawn_deals(states),
        opportunity_version=states,
        person=PEOPLE,
        team_membership=PLACES,
        exchange_rate=RATES,
    )


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    days=st.lists(st.dates(FIRST, LAST), min_size=1, max_size=6, unique=True),
    by=st.lists(
        st.sampled_from(["team", "person", "stage", "source", "segment", "currency"]),
        max_size=2,
        unique=True,
    ),
    where=st.sampled_from(
        ["", "amount >= 100", "team = 'North'", "value >= 110", "source is null"]
    ),
)
def test_every_cell_is_the_number_as_of_its_day(
    book: Book, days: list[date], by: list[str], where: str
) -> None:
    asked = book.where(where) if where else book
    found = as_of(asked, days, by=by)
    assert found.days == tuple(sorted(days))
    for place, day in enumerate(found.days):
        expected = {
            f.key: (int(f.numerator or 0), f.n + f.n_excluded, f.n_excluded)
            for f in asked.as_of(day).measure("open_pipeline", by=by)
            if f.n + f.n_excluded
        }
        lines = found.groups if by else (found.whole,)
        at = {line.key: line.standings[place] for line in lines}
        assert {
            key: (s.minor, s.deals, s.without_amount) for key, s in at.items() if s.deals
        } == expected
        assert sum(at.values()) == (found.whole.standings[place] if at else 0)


def test_a_year_of_weeks_over_the_change_of_clocks_is_each_weeks_number(book: Book) -> None:
    days = days_back(book, LAST, "week", 53)
    assert (days[0] >= FIRST, days[-1], len(days)) == (True, LAST, 26)
    found = as_of(book, days, by="stage")
    assert [s.minor for s in found.whole.standings] == [
        book.as_of(day).measure("open_pipeline").value or 0 for day in days
    ]
    # Stages stand in the order in which deals go through them.
    assert [line.key[0] for line in found.groups] == ["Discovery", "Proposal"]


def test_what_accounts_say_is_asked_as_of_each_day(tmp_path: Path) -> None:
    states = """
        opportunity_id  valid_from        stage      amount  account_id
        a               2026-01-10T09:00  Discovery  100     known
        b               2026-01-10T09:00  Discovery  20      later
        c               2026-05-10T09:00  Discovery  3       -
    """
    accounts = """
        id     name   industry  created_on
        known  Known  Media     2025-01-01
        later  Later  Media     2026-03-01
    """
    book = draw_book(
        tmp_path,
        opportunity="id  stage  amount  account_id\na  Discovery  100  known\nb  Discovery  20  later\nc  Discovery  3  -",
        opportunity_version=states,
        account=accounts,
    )
    found = as_of(book, ["2026-02-01", "2026-04-01"], by="industry")
    media, nothing = found.groups
    assert [s.minor for s in media.standings] == [100_00, 120_00]
    assert (nothing.label, [s.minor for s in nothing.standings]) == (("Not set",), [20_00, 0])
    with pytest.raises(Refusal, match="not by their accounts"):
        as_of(book, "2026-04-01", by=["industry", "team"], organisation="now")


def test_teams_are_those_of_each_day_or_those_of_today(book: Book) -> None:
    days = ["2026-02-10", "2026-03-10"]
    then = {line.key[0] for line in as_of(book, days, by="team").groups}
    now = {line.key[0] for line in as_of(book, days, by="team", organisation="now").groups}
    assert ("South" in then, "South" in now) == (True, False)
    by_owner = {line.key[0]: line for line in as_of(book, days, by="person").groups}
    north = next(
        line
        for line in as_of(book, days, by="team", organisation="now").groups
        if line.key == ("North",)
    )
    assert north.standings == by_owner["ann"].standings


def test_pipelines_of_several_days_are_not_added_up(book: Book) -> None:
    found = as_of(book, ["2026-02-01", "2026-03-01", "2026-04-01"], by="stage")
    with pytest.raises(
        Refusal, match=r"cannot be added up\. Ask for last, first, mean, min or max"
    ):
        found.whole.over_dates("sum")
    with pytest.raises(Refusal, match="cannot be added up"):
        sum(found.whole.standings)
    with pytest.raises(Refusal, match="no “median” over days"):
        found.whole.over_dates("median")
    minor = [s.minor for s in found.whole.standings]
    assert found.whole.over_dates("mean") == Fraction(sum(minor), 3)
    assert [found.whole.over_dates(how) for how in ("first", "last", "min", "max")] == [
        minor[0], minor[-1], min(minor), max(minor),
    ]  # fmt: skip
    assert found.groups[0].standings[0] + found.groups[1].standings[0] == found.whole.standings[0]


def test_what_history_does_not_reach_is_refused(book: Book, tmp_path: Path) -> None:
    begins = first_day(book)
    assert begins == FIRST
    with pytest.raises(Refusal, match="History begins on 1 January 2026"):
        as_of(book, "2025-12-31")
    with pytest.raises(Refusal, match="lies beyond what this book knows"):
        as_of(book, "2026-07-01")
    with pytest.raises(Refusal, match="cannot be split by “colour”"):
        as_of(book, "2026-06-30", by="colour")
    with pytest.raises(Refusal, match="is not a day"):
        as_of(book, "yesterday")
    bare = draw_book(tmp_path, opportunity="id  stage  amount\na  Proposal  5")
    with pytest.raises(Refusal, match="holds no history"):
        as_of(bare, "2026-01-01")
    assert as_of(bare, "2026-06-30").whole.standings[0].minor == 5_00
    assert (first_day(bare), days_back(bare, LAST, "week", 5)) == (None, [])


def test_days_are_told_back_from_the_last(book: Book) -> None:
    assert days_back(book, date(2026, 1, 3), "day", 9) == [
        FIRST,
        date(2026, 1, 2),
        date(2026, 1, 3),
    ]
    ends: Any = days_back(book, date(2026, 5, 5), "month", 3)
    assert ends == [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 5)]


def test_a_reader_sees_the_pipeline_of_the_deals_they_see(book: Book) -> None:
    scope = Scope(owner_ids=("ann",))
    seen = Book(ScopedEngine(book.engine.folder, scope), book.settings, scope=scope)  # type: ignore[attr-defined]
    days = ["2026-02-01", "2026-05-01"]
    told = as_of(seen, days).whole
    assert told == as_of(book.seen_by(scope), days).whole
    assert [s.minor for s in told.standings] == [
        book.seen_by(scope).as_of(day).measure("open_pipeline").value or 0 for day in days
    ]
    assert told.standings != as_of(book, days).whole.standings


HOURS = st.integers(-400, 10_005)
ANY = st.lists(st.integers(0, 10_000), min_size=1, max_size=12, unique=True).map(sorted)
WEEKS = st.lists(st.sampled_from([167, 168, 168, 168, 169, 1]), max_size=12).map(
    lambda gaps: list(accumulate(gaps, initial=0))
)


@settings(max_examples=150, deadline=None)
@given(ANY | WEEKS, HOURS)
def test_the_place_of_an_instant_is_the_number_of_those_before(points: list[int], at: int) -> None:
    """Also of weeks in which clocks change."""
    import duckdb

    base = datetime(2026, 3, 1, tzinfo=UTC)
    instants = [base + timedelta(hours=h) for h in points]
    moment = (base + timedelta(hours=at)).replace(tzinfo=None)
    (found,) = (
        duckdb.execute(f"SELECT {place_in(instants, 'TIMESTAMP ' + repr(str(moment)))}").fetchone()
        or ()
    )
    assert min(len(points), max(0, found)) == sum(point < at for point in points)
