"""A deal that was deleted stays in the past, leaves through the box *deleted*, and comes back through one of its own."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from salesops.book.book import Book
from salesops.book.facts import Scope
from salesops.book.settings import Settings
from salesops.engines.duckdb import DuckDBEngine
from salesops.engines.scoped import ScopedEngine
from salesops.foundations.clock import fixed_clock
from salesops.jobs import rebuilding
from salesops.pipeline import as_of, movement, moves
from tests.drawn import draw_book

OVER = "2026-04-01..2026-06-30"
# `gone` was deleted for good, `back` for April and May, `brief` for a day of May.
STATES = """
    opportunity_id  valid_from        stage      amount  close_date  owner_id
    stays           2026-01-10T09:00  Discovery  100     2026-08-01  ann
    gone            2026-01-10T09:00  Discovery  20      2026-08-01  ann
    gone            2026-02-10T09:00  Proposal   30      2026-08-01  bob
    back            2026-01-10T09:00  Discovery  7       2026-08-01  ann
    back            2026-06-01T09:00  Discovery  9       2026-08-01  ann
    brief           2026-04-10T09:00  Discovery  4       2026-08-01  ann
    brief           2026-05-11T09:00  Discovery  4       2026-08-01  ann
"""
DEALS = """
    id     name     stage      amount  created_on  close_date  owner_id
    stays  Harbour  Discovery  100     2026-01-10  2026-08-01  ann
    back   Mill     Discovery  9       2026-01-10  2026-08-01  ann
    brief  Quay     Discovery  4       2026-04-10  2026-08-01  ann
"""
DELETIONS = """
    id     name  deleted_at
    gone   Lost  2026-06-20T09:00
    back   Mill  2026-03-30T09:00
    brief  Quay  2026-05-10T09:00
"""
# One that was deleted in the source before anything was known of it.
UNKNOWN = "    never  None  2026-05-01T09:00\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    at = tmp_path_factory.mktemp("drawn")
    draw_book(
        at,
        opportunity=DEALS,
        opportunity_version=STATES,
        deletion=DELETIONS.rstrip() + "\n" + UNKNOWN,
    )
    return at


@pytest.fixture(scope="module")
def book(folder: Path) -> Book:
    return Book(DuckDBEngine(folder))


def test_numbers_of_now_do_not_know_a_deleted_deal_and_those_of_a_day_before_do(
    book: Book,
) -> None:
    assert book.measure("open_pipeline").value == 113_00
    for day, minor in (("2026-03-01", 137_00), ("2026-05-01", 134_00), ("2026-06-10", 143_00)):
        assert book.as_of(day).measure("open_pipeline").value == minor
    days = as_of(book, ["2026-03-01", "2026-04-30", "2026-05-10", "2026-05-12", "2026-06-20"])
    assert [s.minor // 100 for s in days.whole.standings] == [137, 134, 130, 134, 113]


def test_the_bridge_tells_what_was_deleted_and_brought_back(book: Book) -> None:
    bridge = movement(book, OVER).whole
    assert {b.name: b.minor // 100 for b in bridge.boxes} == {
        "brought_back": 9,
        "created": 4,
        "deleted": -30,
    }
    bridge = movement(book, OVER, reading="events").whole
    assert {b.name: (b.minor // 100, b.changes) for b in bridge.boxes} == {
        "brought_back": (13, 2),
        "created": (4, 1),
        "deleted": (-34, 2),
    }
    (gone,) = moves(book, OVER, "deleted")
    assert (gone.id, gone.name, gone.minor) == ("gone", "Lost", -30_00)
    told = moves(book, OVER, "deleted", reading="events")
    assert [(m.id, m.at) for m in told] == [
        ("gone", datetime(2026, 6, 20, 9, tzinfo=UTC)),
        ("brief", datetime(2026, 5, 10, 9, tzinfo=UTC)),
    ]


def test_a_deletion_is_the_deal_as_it_was_then_while_something_is_known_of_it(book: Book) -> None:
    rows = book.engine.run(
        "SELECT id, stage, amount_minor, year(back_at) FROM deletion ORDER BY id"
    )
    assert rows.rows == [
        ("back", "Discovery", 7_00, 2026),
        ("brief", "Discovery", 4_00, 2026),
        ("gone", "Proposal", 30_00, 9999),
    ]


def test_a_condition_is_asked_of_a_deleted_deal_as_it_was_last(book: Book) -> None:
    proposals = book.where("stage = 'Proposal'")
    assert {b.name: b.minor for b in movement(proposals, OVER).whole.boxes} == {"deleted": -30_00}


@pytest.mark.parametrize(("who", "then"), [("ann", 107_00), ("bob", 30_00), ("cay", None)])
def test_the_past_of_a_deleted_deal_is_seen_by_who_saw_it_last(
    who: str, then: int | None, folder: Path
) -> None:
    scope = Scope((who,))
    theirs = Book(ScopedEngine(folder, scope), scope=scope)
    assert theirs.as_of("2026-03-01").measure("open_pipeline").value == then
    assert as_of(theirs, ["2026-03-01"]).whole.standings[0].minor == (then or 0)
    assert movement(theirs, OVER).whole.box("deleted").minor == (-30_00 if who == "bob" else 0)
    gone = theirs.engine.run("SELECT id FROM deletion WHERE id = 'gone'").rows
    assert gone == ([("gone",)] if who == "bob" else [])


def test_other_settings_leave_the_deletions_as_they_are(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuilding, "look_ahead", lambda *_, **__: None)
    shutil.copytree(folder, tmp_path / "book")
    asked = "SELECT * FROM deletion ORDER BY ALL"
    before = DuckDBEngine(tmp_path / "book").run(asked).rows
    rebuilding.apply_settings(
        tmp_path / "book", Settings(title="Other"), fixed_clock(datetime(2026, 7, 1, tzinfo=UTC))
    )
    engine = DuckDBEngine(tmp_path / "book")
    assert engine.facts.generation == 2
    assert engine.run(asked).rows == before
