"""All checks at once: each deal's money counts once, readers see their own, the past is what it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from salesops.book.book import Book
from salesops.book.facts import Scope
from salesops.book.settings import Settings
from salesops.data_quality import CHECKS, held_by, run_checks, trend
from salesops.data_quality._asking import run
from salesops.engines.scoped import ScopedEngine
from salesops.foundations.problem import Refusal
from salesops.sample.company import simulate
from tests.book.rich import RICH
from tests.drawn import draw_book
from tests.insights.drawing import CALLED
from tests.sample.loaded import load_book

Draw = Callable[..., Book]
DEALS = """
    id  name  stage     amount  created_on  close_date  owner_id  account_id  next_step
    d1  One   Proposal  100     2026-01-01  2026-02-01  ann       a1          -
    d2  Two   Proposal  200     2026-01-01  2026-09-01  bob       a2          Call
    d3  Thr   Proposal  400     2026-01-01  2026-09-01  bob       a3          Call
"""
ACCOUNTS = """
    id  name         owner_id
    a1  Alder Foods  ann
    a2  ALDER FOODS  bob
    a3  Birch House  bob
"""
PEOPLE = """
    id   name      team   is_active
    ann  Ann Abel  North  yes
    bob  Bob Boyd  South  yes
"""


@pytest.fixture
def book(draw: Draw) -> Book:
    """One deal is wrong twice, another stands under an account that is there twice, a third is right."""
    return draw(opportunity=DEALS, account=ACCOUNTS, person=PEOPLE, activity=CALLED)


def test_a_deal_counts_once_however_many_checks_find_it(book: Book) -> None:
    report = run_checks(book)
    found = {c.check.name: c.rows for c in report.checked if c.rows}
    assert found == {"close_date_past": 1, "next_step_missing": 1, "account_twice": 2}
    assert report.rows == 3  # a deal and two accounts
    assert report.money_minor == 300_00
    assert [(p.owner_id, p.team, p.rows, p.money_minor) for p in report.parts] == [
        ("bob", "South", 1, 200_00),
        ("ann", "North", 2, 100_00),
    ]


def test_checks_are_ranked_by_money_and_share_is_of_what_they_concern(book: Book) -> None:
    report = run_checks(book)
    assert report.checked[0].check.name == "account_twice"
    assert report.checked[0].money_minor == 300_00
    assert report.of("close_date_past").share == pytest.approx(1 / 3)
    assert [p.owner_id for p in report.of("close_date_past").parts] == ["ann"]


def test_a_reader_is_told_of_their_own_alone(tmp_path: Path) -> None:
    book = draw_book(tmp_path, opportunity=DEALS, account=ACCOUNTS, person=PEOPLE, activity=CALLED)
    held, rows = held_by(book), {}
    for who in ("ann", "bob"):
        scope = Scope((who,))
        engine = ScopedEngine(tmp_path, scope)
        report = run_checks(Book(engine, Settings(), scope=scope), held)
        rows[who] = (report.rows, {p.owner_id for p in report.parts})
        engine.close()
    assert rows == {"ann": (1, {"ann"}), "bob": (0, set())}


def test_a_part_of_a_book_that_hides_nothing_is_refused(book: Book) -> None:
    for part in (book.seen_by(["ann"]), book.where("amount > 1")):
        with pytest.raises(Refusal):
            run_checks(part)


@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
@pytest.mark.parametrize("day", ["2026-02-06", "2026-04-15", "2026-06-01"])
def test_deals_of_a_former_day_are_those_the_book_reads(draw: Draw, day: str) -> None:
    book = draw(**RICH).as_of(day)
    columns = "id, stage, owner_id, team, amount_minor, value_minor, close_date, is_closed"
    expected = book.opportunity.select(*columns.split(", ")).order_by("id").to_pyarrow().to_pylist()
    assert run(book, f"SELECT {columns} FROM opportunity ORDER BY id").dicts() == expected
    assert expected


def test_the_trend_is_what_was_wrong_then_and_nothing_where_nobody_knows(draw: Draw) -> None:
    states = """
        opportunity_id  valid_from        stage     amount  close_date  owner_id  next_step
        d1              2026-05-20T00:00  Proposal  100     2026-06-15  ann       Call
        d1              2026-06-10T00:00  Proposal  100     2026-06-20  ann       Call
        d2              2026-05-01T00:00  Proposal  200     2026-05-10  ann       -
        d2              2026-06-29T00:00  Won       200     2026-06-29  ann       -
    """
    deals = """
        id  stage     amount  created_on  close_date  owner_id  next_step
        d1  Proposal  100     2026-05-20  2026-06-20  ann       Call
        d2  Won       200     2026-05-01  2026-06-29  ann       -
    """
    past = trend(draw(opportunity=deals, opportunity_version=states, now="2026-06-30T12:00"))
    twelve, four = past["close_date_past"]
    assert (four.weeks, four.rows, four.money_minor) == (4, 1, 200_00)
    assert (twelve.weeks, twelve.rows) == (12, None)
    assert past["next_step_missing"][1].rows is None  # history keeps none of them


@pytest.mark.parametrize("seed", [1, 2])
def test_what_was_planted_in_the_sample_company_is_found(tmp_path: Path, seed: int) -> None:
    company = simulate(1500, seed)
    book, truths = load_book(company, tmp_path), company.truths
    report = run_checks(book)
    assert report.of("account_twice").rows == 2 * len(truths.duplicate_accounts)
    left = report.of("owner_left")
    assert {p.owner_id for p in left.parts} <= {truths.left_and_still_owns}
    stale = report.of("stale")
    assert stale.rows is not None
    assert stale.rows >= 0.7 * len(truths.stale_opportunities)


def test_a_clean_book_has_nothing_to_mend(draw: Draw) -> None:
    deals = """
        id  name  stage     amount  created_on  close_date  owner_id  account_id  next_step  loss_reason  probability
        d1  One   Proposal  100     2026-06-01  2026-09-01  ann       a1          Call       -            0.6
        d2  Two   Won       200     2026-01-01  2026-02-01  bob       a3          -          -            1
        d3  Thr   Lost      400     2026-01-01  2026-02-01  bob       a3          -          Price        0
    """
    states = """
        opportunity_id  valid_from        stage     amount  close_date
        d1              2026-06-01T00:00  Proposal  100     2026-09-01
        d2              2026-01-01T00:00  Proposal  200     2026-02-01
        d2              2026-02-01T00:00  Won       200     2026-02-01
    """
    accounts = "id  name  owner_id\na1  Alder Foods  ann\na3  Birch House  bob"
    report = run_checks(
        draw(
            opportunity=deals,
            opportunity_version=states,
            account=accounts,
            person=PEOPLE,
            contact="id  account_id  name\nc1  a1  Ruth Ray",
            opportunity_line="id  opportunity_id  amount\nl1  d2  200",
        )
    )
    assert {c.check.name: c.why for c in report.checked if c.why} == {}
    assert {c.check.name: c.rows for c in report.checked} == dict.fromkeys(CHECKS, 0)
    assert (report.rows, report.money_minor) == (0, None)
