"""A book shows each reader the rows their records' pages show, whatever is asked of it, and numbers made of these."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings

from salesops.book.book import Book
from salesops.book.facts import Scope
from salesops.book.settings import Settings
from salesops.engines.duckdb import DuckDBEngine
from salesops.engines.scoped import ScopedEngine
from salesops.foundations.clock import fixed_clock
from salesops.jobs.following import follow
from salesops.records.models import NOUNS, Opportunity
from salesops.records.reach import reach
from salesops.records.user import User
from salesops.records.visibility import visible_to
from tests.drawn import draw_book
from tests.records.oracle import Row, World
from tests.records.test_visibility import keep_world, worlds

NOW = fixed_clock(datetime(2026, 6, 30, 12, tzinfo=UTC))

DEALS = """
    id  name    stage     amount  created_on  close_date  owner_id  account_id
    d1  Mill    Won       100     2026-01-01  2026-02-01  ann       a1
    d2  Quay    Won       200     2026-01-01  2026-03-01  bob       a1
    d3  Harbour  Proposal  300     2026-05-01  2026-07-01  bob       a2
"""
ACCOUNTS = """
    id  name  owner_id
    a1  Acme  cay
    a2  Bolt  cay
    a3  Cord  cay
"""
PEOPLE = """
    id   name      email            hired_on
    ann  Ann Ruiz  ann@example.com  2025-01-01
    bob  Bob Moe   bob@example.com  2025-01-01
"""


@pytest.mark.django_db
@settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(worlds())
def test_the_rows_are_those_that_records_show(drawn: tuple[World, list[Row]]) -> None:
    world, logins = drawn
    with transaction.atomic(), TemporaryDirectory() as folder:
        keep_world(world)
        Opportunity.objects.update(stage="New", pipeline="Sales")
        follow(Path(folder), NOW)
        for login in logins:
            user = User(email="x@example.com", **login)
            scope = reach(user)
            if scope.is_all:
                continue
            engine = ScopedEngine(Path(folder), scope.scope)
            for table, noun in NOUNS.items():
                if table in ("team_membership", "pipeline_stage", "exchange_rate"):
                    continue  # everybody sees them, and they have keys of their own
                shown = sorted(row[0] for row in engine.run(f'SELECT id FROM "{table}"').rows)
                seen = sorted(visible_to(user, noun).values_list("pk", flat=True))
                assert shown == seen, (login, table)
            engine.close()
        transaction.set_rollback(True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A book of two sellers' deals."""
    draw_book(tmp_path, opportunity=DEALS, account=ACCOUNTS, person=PEOPLE)
    return tmp_path


@pytest.fixture
def bobs(folder: Path) -> Iterator[Book]:
    """It, through Bob's eyes."""
    scope = Scope(("bob",))
    engine = ScopedEngine(folder, scope)
    yield Book(engine, Settings(), scope=scope)
    engine.close()


def test_numbers_are_made_of_ones_own_rows(bobs: Book) -> None:
    assert bobs.measure("closed_to_date").value == 200_00
    assert [r["id"] for r in bobs.rows_behind("open_pipeline").dicts()] == ["d3"]


def test_a_number_may_know_what_its_reader_may_not_see(folder: Path, bobs: Book) -> None:
    whole = Book(DuckDBEngine(folder), Settings())
    assert whole.measure("new_customers", period="2026").value == 1
    assert bobs.measure("new_customers", period="2026").value is None or (
        bobs.measure("new_customers", period="2026").value == 0
    )


def test_what_is_shared_is_seen_with_its_account(folder: Path) -> None:
    scope = Scope(("cay",), {"opportunity": ("d1",)})
    engine = ScopedEngine(folder, scope)
    assert engine.run("SELECT id FROM opportunity").rows == [("d1",)]
    assert Book(engine, Settings(), scope=scope).measure("closed_to_date").value == 100_00


def test_personal_columns_of_others_are_empty(bobs: Book) -> None:
    rows = bobs.engine.run("SELECT id, email, hired_on IS NULL FROM person ORDER BY id").rows
    assert rows == [("ann", None, True), ("bob", "bob@example.com", False)]


def test_what_has_no_view_has_no_name(bobs: Book) -> None:
    with pytest.raises(duckdb.Error, match="_refused_row"):
        bobs.engine.run("SELECT * FROM _refused_row")


def test_what_was_handed_over_went_with_its_past(tmp_path: Path) -> None:
    versions = """
        opportunity_id  valid_from        stage     amount  owner_id  close_date
        d1              2026-01-01T00:00  Proposal  100     bob       2026-07-01
        d1              2026-05-01T00:00  Proposal  100     ann       2026-07-01
    """
    deals = """
        id  stage     amount  owner_id  created_on  close_date
        d1  Proposal  100     ann       2026-01-01  2026-07-01
    """
    draw_book(tmp_path, opportunity=deals, opportunity_version=versions, person=PEOPLE)
    for who, sees in (("ann", 100_00), ("bob", None)):
        scope = Scope((who,))
        book = Book(ScopedEngine(tmp_path, scope), Settings(), scope=scope)
        assert book.as_of("2026-03-01").measure("open_pipeline").value == sees


def test_two_readers_never_get_each_others_answers(folder: Path) -> None:
    values = {}
    for who in ("ann", "bob", "ann"):
        scope = Scope((who,))
        values[who] = (
            Book(ScopedEngine(folder, scope), Settings(), scope=scope)
            .measure("closed_to_date")
            .value
        )
    assert values == {"ann": 100_00, "bob": 200_00}
