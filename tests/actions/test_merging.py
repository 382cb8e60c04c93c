"""Records that are one thing are merged, whole; the merge is taken back, however much happened since."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from salesops.actions.create_record import create_record
from salesops.actions.edit_record import edit_record
from salesops.actions.import_rows import go_on, preview_import, start_import
from salesops.actions.keep_apart import keep_apart, keep_apart_no_more
from salesops.actions.merge_records import chosen_first, merge_records, proposed
from salesops.actions.share_record import share_record
from salesops.actions.undo_change import undo_change
from salesops.actions.unmerge_records import unmerge_records
from salesops.foundations.clock import fixed_clock
from salesops.foundations.problem import Refusal
from salesops.records.duplicate import KeptApart, LookAlike, Merge, merged_into
from salesops.records.models import (
    NOUNS,
    Account,
    Activity,
    Contact,
    Lead,
    Opportunity,
    OpportunityContact,
    Person,
    RecurringRevenue,
)
from salesops.records.share import Share
from salesops.records.to_tables import table_batches
from salesops.records.visibility import visible_to
from tests.office.drawn import workbench
from tests.office.readers import Office

pytestmark = pytest.mark.django_db

AUGUST = datetime(2026, 8, 1, tzinfo=UTC)
NOW = fixed_clock(AUGUST)
LATER = fixed_clock(AUGUST + timedelta(days=400))


@pytest.fixture
def acme(office: Office) -> Office:
    """Acme twice, both Bob's: the older knows its industry, the other its phone and has the deals."""
    for key, name, at in (("acme", "Acme Inc", 2019), ("acme-2", "ACME", 2024)):
        Account.objects.create(
            id=key, name=name, owner_id="bob", created_at=datetime(at, 1, 1, tzinfo=UTC)
        )
    Account.objects.filter(pk="acme").update(industry="Media", country="France")
    Account.objects.filter(pk="acme-2").update(phone="555 0100", parent_id="acme")
    Opportunity.objects.create(id="mill", name="Mill", owner_id="bob", account_id="acme-2")
    Opportunity.objects.create(id="quay", name="Quay", owner_id="bob", account_id="acme-2")
    Contact.objects.create(id="ana", name="Ana", owner_id="bob", account_id="acme-2")
    Activity.objects.create(id="call", subject="Call", owner_id="bob", account_id="acme-2")
    Account.objects.create(id="plant", name="Acme Plant", owner_id="bob", parent_id="acme-2")
    return office


def _state() -> dict[str, list[dict[str, Any]]]:
    """Every record that counts, with every column."""
    return {
        name: list(noun.objects.filter(deleted_at=None).order_by("pk").values())
        for name, noun in NOUNS.items()
    }


def _account(of: str) -> str | None:
    found = Opportunity.objects.values_list("account_id", flat=True).get(pk=of)
    return None if found is None else str(found)


def test_what_pointed_at_the_loser_points_at_the_winner_which_knows_what_either_knew(
    acme: Office,
) -> None:
    merge_records(acme.bob, Account, "acme", ["acme-2"], NOW)
    found = Account.objects.get(pk="acme")
    assert (found.name, found.industry, found.phone) == ("Acme Inc", "Media", "555 0100")
    assert found.parent_id is None
    assert {_account("mill"), _account("quay")} == {"acme"}
    for noun, key in ((Contact, "ana"), (Activity, "call")):
        assert noun.objects.get(pk=key).account_id == "acme"
    assert Account.objects.get(pk="plant").parent_id == "acme"
    assert not visible_to(acme.dora, Account).filter(pk="acme-2").exists()
    assert merged_into("account", ["acme-2", "plant"]) == {"acme-2": "acme"}


def test_a_choice_of_a_field_stands_and_the_oldest_birthday_counts(acme: Office) -> None:
    records = list(Account.objects.filter(pk__in=["acme", "acme-2"]))
    winner = chosen_first(records)
    others = [r for r in records if r.pk != winner.pk]
    assert winner.pk == "acme"
    assert proposed(winner, others)["phone"] == "acme-2"
    merge_records(acme.bob, Account, "acme-2", ["acme"], NOW, choices={"name": "acme"})
    found = Account.objects.get(pk="acme-2")
    assert (found.name, found.industry, found.created_at.year) == ("Acme Inc", "Media", 2019)
    assert found.parent_id is None


def test_taken_back_at_once_everything_is_as_it_was(acme: Office) -> None:
    before = _state()
    change = merge_records(acme.bob, Account, "acme", ["acme-2"], NOW, choices={"name": "acme-2"})
    assert _state() != before
    done = unmerge_records(acme.bob, change, LATER)
    assert _state() == before
    assert (done.records, done.back, done.stays) == (["acme-2"], 5, [])
    with pytest.raises(Refusal, match="taken back already"):
        unmerge_records(acme.bob, change, LATER)


def test_taken_back_after_later_edits_these_stay_and_are_told(acme: Office) -> None:
    change = merge_records(acme.bob, Account, "acme", ["acme-2"], NOW, choices={"name": "acme-2"})
    edit_record(acme.bob, Account, "acme", {"name": "Acme Group"}, NOW)
    edit_record(acme.bob, Opportunity, "mill", {"account_id": "bob-account"}, NOW)
    edit_record(acme.bob, Opportunity, "quay", {"name": "Quay 2"}, NOW)
    create_record(
        acme.bob, Opportunity, {"name": "New", "stage": "Open", "account_id": "acme"}, NOW
    )
    done = undo_change(acme.bob, change, LATER)
    assert done.stay == ("name",)
    assert (_account("mill"), _account("quay")) == ("bob-account", "acme-2")
    assert Opportunity.objects.get(name="New").account_id == "acme"
    first, other = Account.objects.get(pk="acme"), Account.objects.get(pk="acme-2")
    assert (first.name, first.phone) == ("Acme Group", None)
    assert (other.name, other.phone, other.deleted_at) == ("ACME", "555 0100", None)
    assert Opportunity.objects.get(pk="quay").name == "Quay 2"


def test_of_two_merges_into_each_other_the_later_is_taken_back_first(acme: Office) -> None:
    before = _state()
    first = merge_records(acme.bob, Account, "acme", ["acme-2"], NOW)
    second = merge_records(acme.bob, Account, "bob-account", ["acme"], NOW)
    assert merged_into("account") == {"acme-2": "bob-account", "acme": "bob-account"}
    assert _account("mill") == "bob-account"
    with pytest.raises(Refusal, match="itself merged into"):
        unmerge_records(acme.bob, first, LATER)
    unmerge_records(acme.bob, second, LATER)
    unmerge_records(acme.bob, first, LATER)
    assert _state() == before


def test_only_who_may_change_all_of_them_and_all_that_belongs_to_them_merges(acme: Office) -> None:
    for who in (acme.charlie, acme.bob):
        with pytest.raises(Refusal):
            merge_records(who, Account, "acme", ["charlie-account"], NOW)
    Opportunity.objects.create(id="other", name="Other", owner_id="charlie", account_id="acme-2")
    RecurringRevenue.objects.create(id="r1", account_id="acme")
    with pytest.raises(Refusal, match="not yours to change"):
        merge_records(acme.bob, Account, "acme", ["acme-2"], NOW)
    assert not Merge.objects.exists()
    change = merge_records(acme.ravi, Account, "acme", ["acme-2"], NOW)
    with pytest.raises(Refusal, match="not yours to change"):
        unmerge_records(acme.alice, change, NOW)
    with pytest.raises(Refusal):
        unmerge_records(acme.charlie, change, NOW)
    assert Account.objects.get(pk="acme-2").deleted_at is not None


def test_a_leader_merges_what_her_team_has_and_with_whom_it_was_shared_it_is(acme: Office) -> None:
    charlie = Person.objects.get(pk="charlie")
    share_record(acme.bob, Account.objects.get(pk="acme-2"), NOW, person=charlie)
    change = merge_records(acme.alice, Account, "acme", ["acme-2"], NOW)
    assert visible_to(acme.charlie, Account).filter(pk="acme").exists()
    unmerge_records(acme.alice, change, NOW)
    assert not visible_to(acme.charlie, Account).filter(pk="acme").exists()
    assert Share.objects.filter(ended_by=None).count() == 1


def test_contacts_and_leads_are_merged_and_deals_are_not(acme: Office) -> None:
    Contact.objects.create(id="ana-2", name="Ana", owner_id="bob")
    Activity.objects.create(id="mail", owner_id="bob", contact_id="ana-2")
    merge_records(acme.bob, Contact, "ana", ["ana-2"], NOW)
    assert Activity.objects.get(pk="mail").contact_id == "ana"
    for key in ("l1", "l2"):
        Lead.objects.create(id=key, name="Ana", owner_id="bob")
    merge_records(acme.bob, Lead, "l1", ["l2"], NOW)
    with pytest.raises(Refusal, match="not merged"):
        merge_records(acme.bob, Opportunity, "mill", ["quay"], NOW)


PARTS = (
    ("p1", "mill", "ana", "Champion", False),
    ("p2", "mill", "ann", "champion", True),
    ("p3", "quay", "ann", "Evaluator", None),
    ("p4", "quay", "ana", None, True),
    ("p5", "mill", "ann", "Evaluator", False),
)


def test_merged_contacts_keep_each_role_in_a_deal_once_and_have_their_own_again_afterwards(
    acme: Office,
) -> None:
    Contact.objects.create(id="ann", name="Ann", owner_id="bob", account_id="acme-2")
    for key, deal, contact, role, is_primary in PARTS:
        OpportunityContact.objects.create(
            id=key, opportunity_id=deal, contact_id=contact, role=role, is_primary=is_primary
        )
    before = _state()
    change = merge_records(acme.bob, Contact, "ana", ["ann"], NOW)
    left = OpportunityContact.objects.filter(deleted_at=None).order_by("pk")
    assert list(left.values_list("pk", "contact_id", "role", "is_primary")) == [
        ("p2", "ana", "champion", True),
        ("p3", "ana", "Evaluator", True),  # p4 said no role, and that she is the primary contact
        ("p5", "ana", "Evaluator", False),
    ]
    unmerge_records(acme.bob, change, LATER)
    assert _state() == before
    again = merge_records(acme.bob, Contact, "ana", ["ann"], NOW)
    edit_record(acme.bob, OpportunityContact, "p3", {"is_primary": None}, NOW)
    unmerge_records(acme.bob, again, LATER)
    kept = OpportunityContact.objects.in_bulk()
    assert (kept["p3"].is_primary, kept["p3"].contact_id, kept["p4"].deleted_at) == (None, "ann", None)  # fmt: skip


def test_not_the_same_is_remembered_until_it_is_taken_back(acme: Office) -> None:
    look = {"entity": "acme", "weight": 9.0, "probability": 0.99, "why": []}
    LookAlike.objects.create(noun="account", left="acme", right="acme-2", **look)
    with pytest.raises(Refusal):
        keep_apart(acme.charlie, Account, ["acme", "acme-2"], NOW)
    apart = keep_apart(acme.bob, Account, ["acme-2", "acme"], NOW)
    assert not LookAlike.objects.exists()
    said = KeptApart.objects.get()
    assert (said.left, said.right, said.weight) == ("acme", "acme-2", 9.0)
    keep_apart_no_more(acme.bob, apart, NOW)
    assert LookAlike.objects.get().weight == 9.0


def test_what_looked_like_the_loser_looks_like_the_winner(acme: Office) -> None:
    look = {"entity": "acme", "weight": 9.0, "probability": 0.99, "why": []}
    for left, right in (("acme", "acme-2"), ("acme-2", "plant")):
        LookAlike.objects.create(noun="account", left=left, right=right, **look)
    merge_records(acme.bob, Account, "acme", ["acme-2"], NOW)
    assert Merge.objects.get().weight == 9.0
    stays = LookAlike.objects.get()
    assert (stays.left, stays.right) == ("acme", "plant")


ACCOUNTS = """
    id  name  phone     industry
    a1  Acme  555 0100  Media
    a2  ACME  555 0199  Media
"""
DEALS = """
    id  name  account_id
    d1  Mill  a2
    d2  Quay  a1
"""


def _import(account: str = ACCOUNTS, opportunity: str = DEALS) -> None:
    run = start_import(None, "Salesforce", ["export.zip"], AUGUST, NOW)
    go_on(run, workbench(account=account, opportunity=opportunity), NOW)


def test_an_import_of_what_was_merged_changes_nothing_again_and_brings_news_to_the_winner(
    acme: Office,
) -> None:
    _import()
    merge_records(acme.dora, Account, "a1", ["a2"], NOW, choices={"phone": "a2"})
    work = workbench(account=ACCOUNTS, opportunity=DEALS)
    counts = preview_import(work, "Salesforce")
    assert {n: (c.created, c.changed, c.left_deleted) for n, c in counts.items()} == {
        "account": (0, 0, 0),
        "opportunity": (0, 0, 0),
    }
    _import(
        ACCOUNTS.replace("ACME  555 0199  Media", "ACME  555 0199  Retail"),
        DEALS + "    d3  New   a2\n",
    )
    found = Account.objects.get(pk="a1")
    assert (found.phone, found.industry) == ("555 0199", "Retail")
    assert {_account(k) for k in ("d1", "d2", "d3")} == {"a1"}
    assert Account.objects.get(pk="a2").deleted_at is not None


def test_the_book_tells_the_past_of_a_merged_account_as_the_winners(acme: Office) -> None:
    merge_records(acme.bob, Account, "acme", ["acme-2"], LATER)
    told = [row for batch in table_batches("opportunity_version") for row in batch.to_pylist()]
    assert {r["account_id"] for r in told if r["opportunity_id"] == "mill"} == {"acme"}
    known = [row["id"] for batch in table_batches("account") for row in batch.to_pylist()]
    assert "acme-2" not in known
