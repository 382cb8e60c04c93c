"""An import is undone whole: what it created is gone, what it changed is back, what others did since stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from salesops.actions import undo_import
from salesops.actions.edit_record import edit_record
from salesops.actions.import_rows import go_on, preview_import, start_import
from salesops.actions.undo_import import go_on_undoing, preview_undo, start_undo
from salesops.foundations.clock import fixed_clock
from salesops.foundations.problem import Refusal
from salesops.records.import_run import ImportRun, ImportUndo, LeftByUndo
from salesops.records.models import Account, Change, Opportunity, OpportunityVersion, Person, Quota
from salesops.records.record import FOREVER
from salesops.records.to_tables import quota_states, table_batches
from salesops.records.user import User
from tests.office.drawn import workbench

pytestmark = pytest.mark.django_db

JUNE = datetime(2026, 6, 30, 12, tzinfo=UTC)
JULY = datetime(2026, 7, 31, 12, tzinfo=UTC)
AUGUST = datetime(2026, 8, 1, tzinfo=UTC)
NOW = fixed_clock(AUGUST)
LATER = fixed_clock(AUGUST + timedelta(days=2))

DEALS = """
    id  name  stage     amount  close_date  owner_id  account_id
    d1  Mill  Proposal  100.50  2026-07-31  ann       a1
    d2  Quay  Won       250     2026-05-31  bob       a1
"""
PAST = """
    opportunity_id  valid_from        stage        amount  close_date  owner_id  changed_by_id
    d1              2026-01-05T09:00  Prospecting  80      2026-07-31  ann       ann
    d1              2026-03-01T10:00  Proposal     100.50  2026-07-31  ann       bob
"""
ACCOUNT = "id  name  industry\na1  Acme  Media"


@pytest.fixture
def ravi(db: None) -> User:  # noqa: ARG001  the database
    """A sales operations manager."""
    found: User = User.objects.create_user("ravi@example.com", name="Ravi", role="manager")
    return found


def _import(seen_at: datetime = JUNE, **tables: str) -> ImportRun:
    run = start_import(None, "Salesforce", ["export.zip"], seen_at, NOW)
    return go_on(run, workbench(**tables), NOW)


def _undo(actor: User | None, run: ImportRun) -> ImportUndo:
    return go_on_undoing(start_undo(actor, run, LATER), LATER)


def _told() -> list[dict[str, Any]]:
    """The deals and their states as the book takes them; the marks of deletions are no states."""
    found = []
    for name in ("opportunity", "opportunity_version"):
        for batch in table_batches(name):
            found += [{k: str(v) for k, v in row.items()} for row in batch.to_pylist()]
    return sorted((f for f in found if f.get("change_source") != "deleted"), key=str)


def _deletions() -> list[str]:
    """The deals that the book takes for deleted at some time."""
    rows = [r for batch in table_batches("opportunity_version") for r in batch.to_pylist()]
    return [r["opportunity_id"] for r in rows if r["change_source"] == "deleted"]


def test_what_it_created_is_deleted_and_stays_in_history(ravi: User) -> None:
    run = _import(opportunity=DEALS, opportunity_version=PAST, account=ACCOUNT)
    undo = _undo(ravi, run)
    run.refresh_from_db()
    assert run.state == "undone"
    assert undo.counts["opportunity"] == {"deleted": 2, "back": 0, "kept": 0, "left": 0}
    assert not Opportunity.objects.filter(deleted_at=None).exists()
    assert not Account.objects.filter(deleted_at=None).exists()
    states = OpportunityVersion.objects.filter(record_id="d1").order_by("version")
    assert [v.stage for v in states] == ["Prospecting", "Proposal", "Proposal"]
    told = Change.objects.get(pk=states[2].opened_by)
    assert (told.actor, told.undoes, told.reason) == (
        ravi,
        run.change,
        "Undid the import of export.zip.",
    )
    assert _told() == []


def test_what_it_changed_is_as_it_was_as_if_it_had_never_come(ravi: User) -> None:
    _import(opportunity=DEALS, account=ACCOUNT)
    before = _told()
    later = (
        DEALS.replace("Proposal", "Won     ").replace("100.50", "999   ").replace("Quay", "Kai ")
    )
    more = PAST + "    d1              2026-07-15T08:00  Won  999  2026-07-31  ann  ann\n"
    run = _import(JULY, opportunity=later, opportunity_version=more)
    assert _told() != before
    undo = _undo(ravi, run)
    assert undo.counts["opportunity"] == {"deleted": 0, "back": 2, "kept": 0, "left": 0}
    deal = Opportunity.objects.get(id="d1")
    assert (deal.stage, deal.amount_minor) == ("Proposal", 10_050)
    assert Opportunity.objects.get(id="d2").name == "Quay"
    stages = {(t["stage"], t["amount_minor"]) for t in _told() if "opportunity_id" in t}
    assert stages == {("Proposal", "10050"), ("Won", "25000")}


def test_a_deal_that_it_deleted_is_there_again_as_if_it_had_never_gone(ravi: User) -> None:
    _import(opportunity=DEALS, opportunity_version=PAST)
    gone = "id  name  stage     amount  deleted_at\nd1  Mill  Proposal  100.50  2026-07-20T08:00"
    run = _import(JULY, deletion=gone)
    assert _deletions() == ["d1"]
    offered = preview_undo(run)["opportunity"]
    assert (offered.deleted, offered.back, offered.left) == (0, 1, 0)
    _undo(ravi, run)
    assert Opportunity.objects.get(id="d1").deleted_at is None
    assert _deletions() == []
    assert Opportunity.objects.filter(deleted_at=None).count() == 2


def test_a_quota_is_as_it_was_first_seen_before_and_an_undone_import_never_changed_it(
    ravi: User,
) -> None:
    quota = "id  person_id  starts_on   ends_on     amount\nq1  ann  2026-07-01  2026-10-01  100"
    _import(quota=quota)
    _undo(ravi, _import(JULY, quota=quota.replace("100", "900") + "\nq2  bob  2026-07-01  -  5"))
    edit_record(ravi, Quota, "q1", {"amount_minor": 20_000}, LATER)
    rows = [r for batch in quota_states() for r in batch.to_pylist()]
    told = [
        (r["id"], r["amount_minor"], r["valid_from"], r["valid_to"], r["known_from"])
        for r in sorted(rows, key=lambda r: r["known_from"])
    ]
    june, july, later = (at.replace(tzinfo=None) for at in (JUNE, JULY, LATER()))
    assert told == [
        ("q1", 10_000, None, july, june),
        ("q1", 10_000, july, later, july),
        ("q1", 20_000, later, None, later),
    ]


def test_a_field_that_somebody_changed_since_stays_and_is_listed(ravi: User) -> None:
    _import(opportunity=DEALS, account=ACCOUNT)
    run = _import(
        JULY, opportunity=DEALS.replace("Proposal", "Lost    ").replace("100.50", "70    ")
    )
    edit_record(ravi, Opportunity, "d1", {"stage": "Won"}, LATER)
    undo = _undo(ravi, run)
    deal = Opportunity.objects.get(id="d1")
    assert (deal.stage, deal.amount_minor) == ("Won", 10_050)
    assert undo.counts["opportunity"] == {"deleted": 0, "back": 1, "kept": 1, "left": 0}
    left = LeftByUndo.objects.get()
    assert (left.noun, left.record_id, left.columns) == ("opportunity", "d1", ["stage"])


def test_a_new_record_that_somebody_worked_on_since_stays_whole_with_its_past(ravi: User) -> None:
    run = _import(opportunity=DEALS, opportunity_version=PAST, account=ACCOUNT)
    edit_record(ravi, Opportunity, "d1", {"next_step": "Call"}, LATER)
    undo = _undo(ravi, run)
    assert undo.counts["opportunity"] == {"deleted": 1, "back": 0, "kept": 0, "left": 1}
    assert [(o.pk, o.stage) for o in Opportunity.objects.filter(deleted_at=None)] == [
        ("d1", "Proposal")
    ]
    assert LeftByUndo.objects.get(record_id="d1").columns == []
    told = [t["stage"] for t in _told() if "opportunity_id" in t]
    assert told == ["Prospecting", "Proposal", "Proposal"]
    _import(
        JULY,
        opportunity=DEALS.splitlines()[1] + "\n" + DEALS.splitlines()[2],
        opportunity_version=PAST,
    )
    assert [t["stage"] for t in _told() if "opportunity_id" in t] == told


def test_the_same_files_afterwards_are_a_first_import(ravi: User) -> None:
    tables: dict[str, Any] = {"opportunity": DEALS, "opportunity_version": PAST, "account": ACCOUNT}
    first = _import(**tables)
    before = _told()
    _undo(ravi, first)
    found = preview_import(workbench(**tables), "Salesforce")
    assert (found["opportunity"].created, found["opportunity"].left_deleted) == (2, 0)
    again = _import(**tables)
    assert again.counts == first.counts
    assert _told() == before
    assert OpportunityVersion.objects.filter(record_id="d1", ends_at=FOREVER).count() == 1
    edit_record(ravi, Opportunity, "d2", {"name": "Kai"}, LATER)
    assert Opportunity.objects.get(id="d2").deleted_at is None
    _undo(ravi, again)
    assert [o.pk for o in Opportunity.objects.filter(deleted_at=None)] == ["d2"]


def test_a_past_that_was_told_wrongly_can_be_told_again(ravi: User) -> None:
    _import(opportunity=DEALS, account=ACCOUNT)
    wrong = _import(JULY, opportunity=DEALS, opportunity_version=PAST.replace("Prospecting", "Won"))
    _undo(ravi, wrong)
    _import(JULY, opportunity=DEALS, opportunity_version=PAST)
    found = [t["stage"] for t in _told() if t.get("opportunity_id") == "d1"]
    assert sorted(found) == ["Proposal", "Proposal", "Prospecting"]


def test_what_somebody_deleted_stays_deleted(ravi: User) -> None:
    tables: dict[str, Any] = {"person": "id   name\nann  Ann", "account": ACCOUNT}
    run = _import(**tables)
    Person.objects.filter(id="ann").update(deleted_at=JULY)
    _undo(ravi, run)
    found = preview_import(workbench(**tables), "Salesforce")
    assert (found["person"].left_deleted, found["account"].created) == (1, 1)


def test_a_preview_tells_the_same_and_writes_nothing(ravi: User) -> None:
    _import(opportunity=DEALS)
    run = _import(JULY, opportunity=DEALS.replace("Won", "Lost"), account=ACCOUNT)
    found = {name: vars(effect) for name, effect in preview_undo(run).items()}
    assert not ImportUndo.objects.exists()
    assert Account.objects.filter(deleted_at=None).exists()
    assert found == _undo(ravi, run).counts


def test_killed_between_steps_it_goes_on_and_does_each_record_once(
    ravi: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        """As a killed process."""

    people = "id   name\n" + "\n".join(f"p{n:02}  P{n}" for n in range(10))
    run = _import(person=people, account=ACCOUNT)
    monkeypatch.setattr(undo_import, "FIRST_STEP", 3)
    monkeypatch.setattr(undo_import, "let_others_write", lambda size, _: size)
    undo = start_undo(ravi, run, LATER)

    def dies(name: str, done: int, _total: int) -> None:
        if name == "person" and done > 4:
            raise Died

    with pytest.raises(Died):
        go_on_undoing(undo, LATER, dies)
    assert Person.objects.filter(deleted_at=None).count() == 4
    undo = go_on_undoing(ImportUndo.objects.get(), LATER)
    assert undo.counts["person"]["deleted"] == 10
    assert Person.versions.objects.count() == 20
    with pytest.raises(Refusal, match="elsewhere"):
        undo_import._step(undo, "person", "p01", ["p02"], LATER)


@pytest.mark.parametrize(
    ("role", "days", "state", "words"),
    [
        ("analyst", 1, "done", "sales operations"),
        ("salesperson", 1, "done", "sales operations"),
        ("manager", 31, "done", "30 days"),
        ("manager", 1, "applying", "still being written"),
        ("manager", 1, "undone", "already"),
    ],
)
def test_who_may_not_and_what_cannot(role: str, days: int, state: str, words: str) -> None:
    run = _import(account=ACCOUNT)
    ImportRun.objects.update(state=state)
    actor = User.objects.create_user("x@example.com", role=role)
    with pytest.raises(Refusal, match=words):
        start_undo(actor, run, fixed_clock(AUGUST + timedelta(days=days)))
    assert not ImportUndo.objects.exists()
