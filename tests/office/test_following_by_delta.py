"""What changed is added beside the base of an office's book, which says the same as one made anew."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from salesops.actions.arrange_stages import edit_stage
from salesops.actions.changing import changing
from salesops.actions.edit_record import version_now
from salesops.actions.merge_records import merge_records
from salesops.actions.unmerge_records import unmerge_records
from salesops.book.book import Book
from salesops.book.facts import Scope
from salesops.book.settings import Settings
from salesops.book.worked_out import WORKED_OUT
from salesops.cli.doctor import _whole
from salesops.cli.formats import ListFormat
from salesops.cli.problems import show_problems
from salesops.engines.duckdb import DuckDBEngine
from salesops.engines.folder import Manifest
from salesops.engines.parquet import export_parquet
from salesops.engines.scoped import ScopedEngine
from salesops.foundations.clock import fixed_clock
from salesops.jobs import following
from salesops.jobs.following import follow, is_followed
from salesops.jobs.rebuilding import apply_settings
from salesops.jobs.warming import WarmEngine, is_looked_at, look_for_findings, looked_at
from salesops.records.duplicate import Merge
from salesops.records.models import (
    Account,
    Activity,
    ExchangeRate,
    Opportunity,
    OpportunityLine,
    Person,
    PipelineStage,
    Quota,
    TeamMembership,
    User,
)
from salesops.tables import TABLES

pytestmark = pytest.mark.django_db(transaction=True)

JUNE = datetime(2026, 6, 30, 12, tzinfo=UTC)
NOW = fixed_clock(JUNE)
STAGES = (("New", "open"), ("Proposal", "open"), ("Won", "won"), ("Lost", "lost"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a book that follows twelve deals of three accounts and two people."""
    for position, (stage, outcome) in enumerate(STAGES, 1):
        PipelineStage.objects.create(
            pipeline="Sales", stage=stage, position=position, outcome=outcome
        )
    ExchangeRate.objects.create(
        currency="EUR", valid_from=date(2025, 1, 1), valid_to=date(2027, 1, 1), rate="1.1"
    )
    people = [Person.objects.create(id=p, name=p.title(), team=f"Team {p}") for p in ("ann", "bob")]
    for person in people:
        TeamMembership.objects.create(
            person=person, team=f"Team {person.id}", valid_from=date(2025, 1, 1)
        )
    for number in range(3):
        Account.objects.create(id=f"a{number}", name=f"Account {number}")
    with changing(None, "create", fixed_clock(datetime(2026, 5, 1, tzinfo=UTC))):
        for number in range(12):
            Opportunity.objects.create(
                id=f"d{number}", name=f"Deal {number}", pipeline="Sales", stage="New",
                amount_minor=1000 * number, currency=("USD", "EUR")[number % 2], owner=people[number % 2],
                account_id=f"a{number % 3}", created_at=datetime(2026, 5, 1, tzinfo=UTC),
                close_date=date(2026, 7, 1),
            )  # fmt: skip
    follow(tmp_path / "book", NOW)
    return tmp_path / "book"


def _someone_works(chance: random.Random, at: datetime) -> None:
    """Two dozen changes of every sort a delta tells: edits, closes, re-openings, new rows, removals, restorals."""
    with changing(None, "edit", fixed_clock(at)):
        for _ in range(24):
            deals = Opportunity.objects.filter(id=f"d{chance.randrange(12)}")
            what = chance.randrange(6)
            if what == 0:
                deals.update(stage=chance.choice(STAGES)[0], close_date=date(2026, 6, 20))
            elif what == 1:
                deals.update(
                    amount_minor=chance.randrange(90_000), owner=chance.choice(["ann", "bob", None])
                )
            elif what == 2:
                deals.update(account=chance.choice(["a0", "a1", "a2", None]))
            elif what == 3:
                deals.update(deleted_at=chance.choice([at, None]))
            else:
                _works_elsewhere(chance, at)


def _works_elsewhere(chance: random.Random, at: datetime) -> None:
    what = chance.randrange(8)
    if what == 0:
        Account.objects.filter(id="a1").update(name=f"New {chance.random()}")
    elif what == 1:
        Activity.objects.create(kind="call", occurred_at=at, opportunity_id="d1")
    elif what == 2:
        Activity.objects.all().delete()
    elif what == 3:
        OpportunityLine.objects.create(opportunity_id="d2", amount_minor=7)
    elif what == 4:
        Quota.objects.create(
            person_id="ann", amount_minor=5, currency="EUR", starts_on=date(2026, 1, 1), ends_on=date(2026, 7, 1)
        )  # fmt: skip
    elif what == 5:
        Quota.objects.all().update(amount_minor=chance.randrange(90_000))
    elif what == 6:
        Quota.objects.all().update(deleted_at=chance.choice([at, None]))
    else:
        Opportunity.objects.create(
            name="Late", pipeline="Sales", stage="Proposal", currency="USD", amount_minor=9, owner_id="bob",
            account_id="a2", created_at=at, close_date=date(2026, 8, 1),
        )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_a_base_and_its_delta_say_what_a_base_made_anew_says(
    seed: int, folder: Path, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    bases = set()
    for day in range(3):
        _someone_works(chance, datetime(2026, 6, 10 + day, 9, tzinfo=UTC))
        manifest = follow(folder, NOW)
        assert manifest.delta
        bases.add(manifest.base)
        anew = tmp_path / f"anew{day}"
        whole = follow(anew, NOW)
        assert not whole.delta
        _same(folder, manifest, anew, whole)
    assert len(bases) == 1


def _same(folder: Path, manifest: Manifest, anew: Path, whole: Manifest) -> None:
    one, other = DuckDBEngine(folder), DuckDBEngine(anew)
    for table in (*TABLES, *WORKED_OUT):
        ask = f"SELECT * FROM {table} ORDER BY ALL"
        assert one.run(ask).rows == other.run(ask).rows, table
    assert manifest.rows == whole.rows
    assert manifest.won_minor == whole.won_minor
    assert manifest.quotas_seen == whole.quotas_seen
    assert set(whole.filled) <= set(manifest.filled)
    ann = Scope(owner_ids=("ann",))
    for name in ("closed_to_date", "stage_conversion"):
        figures = [
            Book(ScopedEngine(at, ann), Settings(), scope=ann).measure(name, by=["team"]).figures
            for at in (folder, anew)
        ]
        assert figures[0] == figures[1]


def test_quotas_of_former_days_follow_and_each_reader_is_told_of_their_own(
    folder: Path, tmp_path: Path
) -> None:
    """Ann's is raised and given to Bob; one of his comes later, and is deleted."""

    def on(day: int) -> AbstractContextManager[Any]:
        return changing(None, "edit", fixed_clock(datetime(2026, 6, day, 9, tzinfo=UTC)))

    span = {"currency": "USD", "starts_on": date(2026, 4, 1), "ends_on": date(2026, 7, 1)}
    with on(2):
        Quota.objects.create(id="q1", person_id="ann", amount_minor=100, **span)
    with on(4):
        Quota.objects.filter(id="q1").update(amount_minor=150)
    assert not follow(folder, NOW, keeps_nothing=True).delta
    with on(6):
        Quota.objects.filter(id="q1").update(person="bob")
        Quota.objects.create(id="q2", person_id="bob", amount_minor=7, **span)
    with on(8):
        Quota.objects.filter(id="q2").delete()
    manifest = follow(folder, NOW)
    assert manifest.delta
    assert manifest.data_as_of == datetime(2026, 6, 8, 9, tzinfo=UTC)
    _same(folder, manifest, tmp_path / "anew", follow(tmp_path / "anew", NOW))
    told = {}
    for who in ("ann", "bob"):
        scope = Scope((who,))
        theirs = Book(ScopedEngine(folder, scope), Settings(), scope=scope)
        days = [theirs.as_of(date(2026, 6, day)) for day in (1, 3, 5, 7, 8)]
        told[who] = [day.measure("quota", period="2026Q2").figure.numerator for day in days]
    assert told == {
        "ann": [None, 100, 150, None, None],
        "bob": [None, None, None, 157, 150],
    }


def test_what_a_stage_means_from_a_day_on_takes_a_new_base_and_deltas_tell_the_same(
    folder: Path, tmp_path: Path
) -> None:
    alice = User.objects.create_user("alice@example.com", role="administrator")
    stage = PipelineStage.objects.get(stage="New")
    day, seen = date(2026, 6, 15), version_now(stage)
    edit_stage(alice, stage.pk, {"outcome": "lost"}, NOW, seen=seen, since=day)
    assert not is_followed(folder)
    assert not follow(folder, NOW).delta
    ask = "SELECT DISTINCT outcome, valid_from, change_source FROM opportunity_version ORDER BY ALL"
    assert [(r[0], r[1].day, r[2]) for r in DuckDBEngine(folder).run(ask).rows] == [
        ("lost", 15, "meaning"), ("open", 1, "history"),
    ]  # fmt: skip
    _someone_works(random.Random(7), datetime(2026, 6, 10, 9, tzinfo=UTC))
    _someone_works(random.Random(8), datetime(2026, 6, 20, 9, tzinfo=UTC))
    manifest = follow(folder, NOW)
    assert manifest.delta
    _same(folder, manifest, tmp_path / "anew", follow(tmp_path / "anew", NOW))


def test_the_past_of_a_deal_follows_an_account_that_was_merged_after_the_deal_had_left_it(
    folder: Path, tmp_path: Path
) -> None:
    with changing(None, "edit", fixed_clock(JUNE - timedelta(days=9))):
        Opportunity.objects.filter(id="d0").update(account="a1")  # it was a0's
    alice = User.objects.create_user("alice@example.com", role="administrator")
    next_day = fixed_clock(JUNE + timedelta(days=1))
    assert not follow(folder, next_day).delta
    for number, does in enumerate((_merge, _unmerge)):
        does(alice)
        manifest = follow(folder, next_day)
        assert manifest.delta
        whole = follow(tmp_path / f"anew{number}", next_day)
        _same(folder, manifest, tmp_path / f"anew{number}", whole)


def _merge(actor: User) -> None:
    merge_records(actor, Account, "a2", ["a0"], NOW)


def _unmerge(actor: User) -> None:
    unmerge_records(actor, Merge.objects.get().change, NOW)


def test_what_changed_since_the_base_is_told_once(folder: Path) -> None:
    with changing(None, "edit", fixed_clock(JUNE - timedelta(days=2))):
        Opportunity.objects.filter(id="d1").update(stage="Proposal")
        Opportunity.objects.filter(id="d2").delete()
    follow(folder, NOW)
    follow(folder, NOW)
    told = DuckDBEngine(folder).run(
        "SELECT opportunity_id, what, before, after FROM _change ORDER BY ALL"
    )
    assert told.rows == [("d1", "stage", "New", "Proposal"), ("d2", "gone", "New", None)]


def _new_stage() -> None:
    Opportunity.objects.filter(id="d1").update(stage="Unheard of")


def _new_currency() -> None:
    Opportunity.objects.filter(id="d1").update(currency="CHF")


def _new_place() -> None:
    TeamMembership.objects.create(person_id="bob", team="Elsewhere", valid_from=date(2026, 6, 1))


def _beyond_the_calendar() -> None:
    Opportunity.objects.filter(id="d1").update(close_date=date(2031, 1, 1))


@pytest.mark.parametrize("change", [_new_stage, _new_currency, _new_place, _beyond_the_calendar])
def test_what_may_change_the_meaning_of_other_rows_takes_a_new_base(
    change: Callable[[], None], folder: Path, tmp_path: Path
) -> None:
    change()
    manifest = follow(folder, NOW)
    assert not manifest.delta
    _same(folder, manifest, tmp_path / "anew", follow(tmp_path / "anew", NOW))


def test_a_base_is_made_anew_once_a_day_and_for_other_settings_and_for_much(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Opportunity.objects.filter(id="d1").update(name="Quay")
    assert not follow(folder, fixed_clock(JUNE + timedelta(days=1))).delta
    Opportunity.objects.filter(id="d1").update(name="Dock")
    (folder / "settings.json").write_text('{"currency": "EUR"}')
    later = fixed_clock(JUNE + timedelta(days=1, hours=1))
    assert follow(folder, later).currency == "EUR"
    Opportunity.objects.update(name="Pier")
    monkeypatch.setattr(following, "MOST_CHANGED", 11)
    assert not follow(folder, later).delta


def test_other_settings_are_followed_without_any_change_of_records(folder: Path) -> None:
    assert is_followed(folder)
    apply_settings(folder, Settings(currency="EUR"), NOW)
    assert not is_followed(folder)
    assert follow(folder, NOW).currency == "EUR"
    assert is_followed(folder)


def test_every_door_reads_the_base_with_its_delta(folder: Path, tmp_path: Path) -> None:
    Opportunity.objects.filter(id="d1").update(name="Quay")
    Opportunity.objects.filter(id="d2").delete()
    manifest = follow(folder, NOW)
    fine, line = _whole(folder, manifest)
    assert fine, line
    written = export_parquet(folder, tmp_path / "parquet")
    with duckdb.connect() as connection:
        named = connection.execute(
            f"SELECT id, name FROM '{tmp_path}/parquet/{written.base}/opportunity/*.parquet'"
        ).fetchall()
    assert dict(named)["d1"] == "Quay"
    assert "d2" not in dict(named)
    show_problems(folder, ListFormat.TABLE, None)


def test_a_base_that_cannot_be_read_is_made_anew(folder: Path) -> None:
    Opportunity.objects.filter(id="d1").update(name="Quay")
    (folder / "base-1.duckdb").write_bytes(b"not a database")
    assert not follow(folder, NOW).delta


def test_findings_of_a_base_are_shown_with_their_time_until_they_are_looked_for_again(
    folder: Path,
) -> None:
    said, later = Settings(), fixed_clock(JUNE + timedelta(minutes=9))
    assert not is_looked_at(folder, said, JUNE)
    look_for_findings(WarmEngine(folder), said)
    Opportunity.objects.filter(id="d1").update(name="Quay")
    manifest = follow(folder, later)
    assert manifest.delta
    assert looked_at(folder, manifest, said) == JUNE
    assert is_looked_at(folder, said, JUNE + timedelta(minutes=9))
    assert not is_looked_at(folder, said, JUNE + timedelta(minutes=10))
    look_for_findings(WarmEngine(folder), said)
    assert looked_at(folder, manifest, said) == manifest.opened_at


def test_files_of_former_deltas_go_and_the_base_stays(folder: Path) -> None:
    for number in range(4):
        Opportunity.objects.filter(id="d1").update(name=f"Quay {number}")
        last = follow(folder, NOW)
    assert sorted(p.name for p in folder.glob("*.duckdb")) == [
        "base-1.duckdb",
        "delta-4.duckdb",
        "delta-5.duckdb",
    ]
    assert last.delta == "delta-5.duckdb"


def test_names_are_found_as_the_delta_has_them_and_no_more_as_its_base_had_them(
    folder: Path,
) -> None:
    engines = [DuckDBEngine(folder), ScopedEngine(folder, Scope(("ann",)))]
    assert [_found(e, "deal 2") for e in engines] == [["d2"], ["d2"]]
    Opportunity.objects.filter(id="d2").update(name="Lighthouse")
    Opportunity.objects.filter(id="d4").update(owner="bob")
    Opportunity.objects.filter(id="d6").delete()
    Opportunity.objects.create(
        id="d20", name="Harbour", pipeline="Sales", stage="New", owner_id="ann"
    )
    assert follow(folder, NOW).delta
    for engine in engines:
        assert _found(engine, "deal 2") == []
        assert _found(engine, "lihgthouse") == ["d2"]
        assert _found(engine, "harbour") == ["d20"]
        assert _found(engine, "deal 6") == []
    assert [_found(e, "deal 4") for e in engines] == [["d4"], []]


def _found(engine: DuckDBEngine, text: str) -> list[str]:
    return [f.id for f in engine.names().find(text, 6).get("opportunity", [])]
