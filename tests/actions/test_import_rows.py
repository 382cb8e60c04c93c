"""Rows become records once, with the past their source remembers; a later export adds what it knows more."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from duckdb import DuckDBPyConnection

from salesops.actions.delete_record import delete_records
from salesops.actions.import_rows import go_on, preview_import, start_import
from salesops.actions.restore_record import restore_record
from salesops.actions.undo_import import go_on_undoing, start_undo
from salesops.foundations.clock import fixed_clock
from salesops.foundations.problem import Refusal
from salesops.records.import_run import ImportRun
from salesops.records.models import Account, Opportunity, OpportunityVersion, Person, PipelineStage
from salesops.records.record import FOREVER
from salesops.records.user import User
from tests.office.drawn import workbench

pytestmark = pytest.mark.django_db

JUNE = datetime(2026, 6, 30, 12, tzinfo=UTC)
JULY = datetime(2026, 7, 31, 12, tzinfo=UTC)
AUGUST = datetime(2026, 8, 31, 12, tzinfo=UTC)
NOW = fixed_clock(datetime(2026, 8, 1, tzinfo=UTC))

DEALS = """
    id  name  stage     amount  close_date  owner_id  account_id  created_at
    d1  Mill  Proposal  100.50  2026-07-31  ann       a1          2026-01-05T09:00
    d2  Quay  Won       250     2026-05-31  bob       a1          2026-02-05T09:00
"""
PAST = """
    opportunity_id  valid_from        stage        amount  close_date  owner_id  changed_by_id
    d1              2026-01-05T09:00  Prospecting  80      2026-07-31  ann       ann
    d1              2026-03-01T10:00  Proposal     100.50  2026-07-31  ann       bob
"""
PEOPLE = """
    id   name
    ann  Ann Ruiz
    bob  Bob Moe
"""


def _import(seen_at: datetime = JUNE, source: str = "Salesforce", **tables: str) -> ImportRun:
    run = start_import(None, source, ["export.zip"], seen_at, NOW)
    return go_on(run, workbench(**tables), NOW)


def _states(key: str) -> list[tuple[str | None, datetime, datetime]]:
    found = OpportunityVersion.objects.filter(record_id=key).order_by("begins_at", "version")
    return [(v.stage, v.begins_at, v.ends_at) for v in found]


def test_rows_become_records_with_the_values_and_keys_of_their_source() -> None:
    run = _import(opportunity=DEALS, person=PEOPLE, account="id  name\na1  Acme")
    deal = Opportunity.objects.get(id="d1")
    assert (deal.name, deal.amount_minor, deal.origin) == ("Mill", 10_050, "Salesforce")
    assert (deal.owner.name, deal.account.name) == ("Ann Ruiz", "Acme")
    assert run.state == "done"
    assert run.counts["opportunity"] == {"created": 2, "changed": 0, "same": 0, "left": 0}


def test_the_past_a_source_remembers_is_kept_with_who_made_it() -> None:
    _import(opportunity=DEALS, opportunity_version=PAST)
    march = datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert _states("d1") == [
        ("Prospecting", datetime(2026, 1, 5, 9, tzinfo=UTC), march),
        ("Proposal", march, FOREVER),
    ]
    assert [v.changed_by_id for v in OpportunityVersion.objects.filter(record_id="d1")] == [
        "ann",
        "bob",
    ]


def test_a_state_without_a_past_is_known_from_when_its_files_speak() -> None:
    _import(opportunity=DEALS)
    assert _states("d2") == [("Won", JUNE, FOREVER)]
    assert OpportunityVersion.objects.get(record_id="d2").was_first_seen


def test_importing_twice_changes_nothing() -> None:
    _import(opportunity=DEALS, opportunity_version=PAST, person=PEOPLE)
    before = _states("d1") + _states("d2")
    run = _import(JULY, opportunity=DEALS, opportunity_version=PAST, person=PEOPLE)
    assert {n: c["created"] + c["changed"] for n, c in run.counts.items()} == {
        "opportunity": 0,
        "person": 0,
    }
    assert _states("d1") + _states("d2") == before


def test_a_later_export_becomes_versions() -> None:
    _import(opportunity=DEALS, opportunity_version=PAST)
    won = datetime(2026, 7, 15, 8, tzinfo=UTC)
    run = _import(
        JULY,
        opportunity=DEALS.replace("Proposal", "Won     ").replace("2026-07-31", "2026-07-15"),
        opportunity_version=PAST
        + "    d1              2026-07-15T08:00  Won          100.50  2026-07-15  ann       ann\n",
    )
    assert _states("d1")[-2:] == [
        ("Proposal", datetime(2026, 3, 1, 10, tzinfo=UTC), won),
        ("Won", won, FOREVER),
    ]
    deal = Opportunity.objects.get(id="d1")
    assert (deal.stage, str(deal.close_date)) == ("Won", "2026-07-15")
    assert run.counts["opportunity"]["changed"] == 1


def test_a_change_without_a_past_is_dated_to_what_the_files_speak_of() -> None:
    _import(opportunity=DEALS)
    _import(JULY, opportunity=DEALS.replace("Proposal", "Lost    "))
    assert _states("d1") == [("Proposal", JUNE, JULY), ("Lost", JULY, FOREVER)]


def test_a_past_that_is_learned_later_comes_before_what_was_known() -> None:
    _import(opportunity=DEALS)
    _import(JULY, opportunity=DEALS, opportunity_version=PAST)
    assert [s[0] for s in _states("d1")] == ["Prospecting", "Proposal", "Proposal"]
    assert [s[1:] for s in _states("d1")][-1] == (JUNE, FOREVER)
    assert all(a[2] == b[1] for a, b in zip(_states("d1"), _states("d1")[1:], strict=False))


def test_a_blank_keeps_the_old_value() -> None:
    _import(account="id  name  industry\na1  Acme  Media")
    _import(JULY, account="id  name   industry\na1  Acme!  -")
    account = Account.objects.get()
    assert (account.name, account.industry) == ("Acme!", "Media")


def test_what_was_deleted_here_stays_deleted() -> None:
    _import(person=PEOPLE)
    Person.objects.filter(id="ann").update(deleted_at=JUNE)
    run = _import(JULY, person=PEOPLE.replace("Ruiz", "Reis"))
    assert Person.objects.get(id="ann").name == "Ann Ruiz"
    assert run.counts["person"] == {"created": 0, "changed": 0, "same": 1, "left": 1}


GONE = """
    id  name  stage     amount  close_date  owner_id  account_id  deleted_at
    d1  Mill  Proposal  100.50  2026-07-31  ann       a1          2026-07-20T08:00
    d9  Pier  Proposal  70      2026-07-31  ann       a1          2026-07-20T08:00
"""
KEPT = DEALS.replace(DEALS.splitlines()[2] + "\n", "")
SINCE = datetime(2026, 7, 20, 8, tzinfo=UTC)


def test_a_deal_that_its_source_deleted_is_deleted_since_then_and_one_never_here_is_not_made() -> (
    None
):
    _import(opportunity=DEALS, opportunity_version=PAST)
    offered = preview_import(workbench(opportunity=KEPT, deletion=GONE), "Salesforce")
    found = offered["opportunity"]
    assert (found.created, found.changed, found.deleted, found.same) == (0, 0, 1, 1)
    assert (found.left_deleted, found.difference) == (1, {"": -100_50})
    run = _import(JULY, opportunity=KEPT, deletion=GONE)
    assert run.counts["opportunity"] == {
        "created": 0,
        "changed": 0,
        "same": 1,
        "left": 1,
        "deleted": 1,
    }
    assert Opportunity.objects.get(id="d1").deleted_at == SINCE
    assert _states("d1")[-2:] == [
        ("Proposal", datetime(2026, 3, 1, 10, tzinfo=UTC), SINCE),
        ("Proposal", SINCE, FOREVER),
    ]
    again = _import(JULY, opportunity=KEPT, deletion=GONE)
    assert again.counts["opportunity"] == {"created": 0, "changed": 0, "same": 1, "left": 2}


def test_what_happened_to_a_deleted_deal_since_the_last_import_is_told_as_well() -> None:
    _import(opportunity=DEALS, opportunity_version=PAST)
    late = "    d1              2026-07-02T10:00  Won          90      2026-07-02  ann       ann\n"
    _import(JULY, opportunity=KEPT, opportunity_version=PAST + late, deletion=GONE)
    assert [s[0] for s in _states("d1")] == ["Prospecting", "Proposal", "Won", "Won"]
    assert _states("d1")[-1][1:] == (SINCE, FOREVER)
    deal = Opportunity.objects.get(id="d1")
    assert (deal.amount_minor, deal.deleted_at) == (90_00, SINCE)


def test_a_deal_comes_back_when_its_source_has_it_back_but_not_where_somebody_deleted_it() -> None:
    _import(opportunity=DEALS)
    Opportunity.objects.filter(id="d2").update(deleted_at=JUNE)
    _import(JULY, deletion=GONE.replace("2026-07-20T08:00", "-               "))
    assert Opportunity.objects.get(id="d1").deleted_at == JULY
    run = _import(AUGUST, opportunity=DEALS.replace("100.50", "120.50"))
    deal = Opportunity.objects.get(id="d1")
    assert (deal.deleted_at, deal.amount_minor) == (None, 120_50)
    assert run.money["opportunity"]["changed"] == {"": 120_50}
    assert [(s[1], s[2]) for s in _states("d1")[-2:]] == [(JULY, AUGUST), (AUGUST, FOREVER)]
    assert (run.counts["opportunity"]["changed"], run.counts["opportunity"]["left"]) == (1, 1)
    assert Opportunity.objects.get(id="d2").deleted_at == JUNE


def test_a_deal_that_somebody_brought_back_stays_until_its_source_deletes_it_anew() -> None:
    ravi = User.objects.create_user("ravi@example.com", name="Ravi", role="manager")
    alive, gone = workbench(opportunity=DEALS), workbench(opportunity=KEPT, deletion=GONE)

    def imported(work: DuckDBPyConnection) -> dict[str, int]:
        run = go_on(start_import(None, "Salesforce", [], JULY, NOW), work, NOW)
        counts: dict[str, int] = run.counts["opportunity"]
        return counts | {"there": Opportunity.objects.filter(deleted_at=None).count()}

    imported(alive)
    assert imported(gone)["there"] == 1
    restore_record(ravi, Opportunity, "d1", NOW)
    offered = preview_import(gone, "Salesforce")["opportunity"]
    assert (offered.deleted, offered.left_restored, offered.difference) == (0, 1, {})
    stayed = imported(gone)
    assert (stayed["restored"], stayed["same"], stayed["there"]) == (1, 1, 2)
    # Told as alive in between, which changes nothing, it is deleted anew.
    told = preview_import(alive, "Salesforce")["opportunity"]
    assert (told.noted, told.changed, told.is_anything) == (1, 0, True)
    imported(alive)
    run = go_on(start_import(None, "Salesforce", [], AUGUST, NOW), gone, NOW)
    assert run.counts["opportunity"]["deleted"] == 1
    # Undone, it was never said, so that the same files say it anew.
    go_on_undoing(start_undo(ravi, run, NOW), NOW)
    assert imported(gone)["there"] == 1


def test_who_deletes_a_deal_before_its_source_does_may_have_it_back_all_the_same() -> None:
    ravi = User.objects.create_user("ravi@example.com", name="Ravi", role="manager")
    _import(opportunity=DEALS)
    delete_records(ravi, Opportunity, ["d1"], NOW)
    _import(JULY, opportunity=KEPT, deletion=GONE)
    restore_record(ravi, Opportunity, "d1", NOW)
    _import(AUGUST, opportunity=KEPT, deletion=GONE)
    assert Opportunity.objects.get(id="d1").deleted_at is None


def test_two_sources_never_give_one_key_to_two_things() -> None:
    _import(opportunity=DEALS, account="id  name\na1  Acme")
    _import(source="HubSpot", opportunity=DEALS, account="id  name\na1  Bolt")
    deal = Opportunity.objects.get(id="HubSpot:d1")
    assert (deal.account.name, Opportunity.objects.count()) == ("Bolt", 4)


def test_a_preview_counts_and_writes_nothing() -> None:
    _import(account="id  name\na1  Acme")
    found = preview_import(
        workbench(opportunity=DEALS, account="id  name\na1  Acme Ltd\na2  Bolt"), "Salesforce"
    )
    assert (found["account"].created, found["account"].changed) == (1, 1)
    assert (found["opportunity"].created, found["opportunity"].money) == (2, {"": 35_050})
    assert not Opportunity.objects.exists()


def test_tables_without_an_id_are_known_by_their_key() -> None:
    stages = "pipeline  stage  position  default_probability\nSales     New    1         0.25"
    _import(pipeline_stage=stages)
    _import(JULY, pipeline_stage=stages.replace("0.25", "0.5 "))
    stage = PipelineStage.objects.get()
    assert stage.default_probability == Decimal("0.5")


def test_keys_longer_than_there_is_room_for_stay_apart() -> None:
    long = "x" * 300
    _import(account=f"id        name\n{long}a  Acme\n{long}b  Bolt")
    assert {a.name for a in Account.objects.all()} == {"Acme", "Bolt"}


def test_a_nul_in_a_text_stops_nothing() -> None:
    for name in ("Ac\0me", "Ac\0me!"):  # once as a new row, once as a changed one
        work = workbench(account="id  name\na1  Acme")
        work.execute("UPDATE account SET name = ?", [name])
        go_on(start_import(None, "Salesforce", [], JUNE, NOW), work, NOW)
    assert Account.objects.get().name == "Acme!"


def test_an_import_that_was_cancelled_writes_no_more() -> None:
    run = start_import(None, "Salesforce", [], JUNE, NOW)
    ImportRun.objects.update(state="cancelled")
    assert go_on(run, workbench(person=PEOPLE), NOW).state == "cancelled"
    assert not Person.objects.exists()


def test_an_import_goes_on_after_the_last_row_that_was_written() -> None:
    run = start_import(None, "Salesforce", [], JUNE, NOW)
    work = workbench(person=PEOPLE)
    go_on(run, work, NOW)
    Person.objects.filter(id="bob").update(name="Robert")
    ImportRun.objects.update(state="applying", reached={"person": "bob"})
    again = go_on(ImportRun.objects.get(), work, NOW)
    assert Person.objects.get(id="bob").name == "Robert"
    assert again.counts["person"]["created"] == 2


def test_a_source_must_have_a_name() -> None:
    with pytest.raises(Refusal, match="which system"):
        start_import(None, " ", [], JUNE, NOW)
