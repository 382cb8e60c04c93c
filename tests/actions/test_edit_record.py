"""Editing, creating, deleting and undoing: who may, what fits, and nothing lost without a word."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from salesops.actions.create_record import create_record
from salesops.actions.delete_record import delete_records
from salesops.actions.edit_record import (
    Overtaken,
    Unfit,
    edit_record,
    edit_records,
    version_now,
)
from salesops.actions.merge_records import merge_records
from salesops.actions.restore_record import restore_record
from salesops.actions.undo_change import undo_change
from salesops.foundations.clock import fixed_clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.models import (
    Account,
    Campaign,
    Opportunity,
    OpportunityVersion,
    Person,
    PipelineStage,
)
from salesops.records.user import User
from salesops.records.visibility import visible_to

pytestmark = pytest.mark.django_db

MAY = datetime(2026, 5, 1, 9, tzinfo=UTC)
LATER = fixed_clock(MAY + timedelta(hours=1))
NOW = fixed_clock(MAY)


def _login(name: str, role: str, manager: str | None = None) -> User:
    person = Person.objects.create(id=name, name=name.title(), manager_id=manager)
    return User.objects.create_user(
        f"{name}@example.com", role=role, person=person, name=name.title()
    )


@pytest.fixture
def alice() -> User:
    """Leads Bob."""
    return _login("alice", "sales_leader")


@pytest.fixture
def bob(alice: User) -> User:
    """Sells, on Alice's team."""
    return _login("bob", "salesperson", alice.person_id)


@pytest.fixture
def charlie() -> User:
    """Sells elsewhere."""
    return _login("charlie", "salesperson")


@pytest.fixture
def deal(bob: User) -> Opportunity:
    """Bob's."""
    made: Opportunity = Opportunity.objects.create(
        id="d1", name="Mill", stage="New", amount_minor=100, owner=bob.person
    )
    return made


def test_an_edit_is_kept_with_who_made_it(bob: User, deal: Opportunity) -> None:
    change = edit_record(
        bob, Opportunity, deal.pk, {"amount_minor": "250", "next_step": "Call"}, NOW
    )
    deal.refresh_from_db()
    assert (deal.amount_minor, deal.next_step) == (250, "Call")
    version = OpportunityVersion.objects.get(opened_by=change.pk)
    assert (version.amount_minor, change.actor, change.verb) == (250, bob, "edit_opportunity")


def test_her_leader_may_edit_it_and_charlie_does_not_learn_that_it_is_there(
    alice: User, charlie: User, deal: Opportunity
) -> None:
    edit_record(alice, Opportunity, deal.pk, {"next_step": "Call"}, NOW)
    with pytest.raises(Refusal, match="no such record, or it is not yours to see"):
        edit_record(charlie, Opportunity, deal.pk, {"next_step": "Mine"}, NOW)
    with pytest.raises(Refusal, match="no such record, or it is not yours to see"):
        edit_record(charlie, Opportunity, "nothing", {"next_step": "Mine"}, NOW)


def test_who_only_reads_is_told_so(deal: Opportunity) -> None:
    analyst = _login("ada", "analyst")
    with pytest.raises(Refusal, match="look at “Mill” but not change it"):
        edit_record(analyst, Opportunity, deal.pk, {"next_step": "Mine"}, NOW)


def test_a_value_that_does_not_fit_is_told_of_its_column(bob: User, deal: Opportunity) -> None:
    for column, value in (
        ("amount_minor", "much"),
        ("close_date", "31.2.2026"),
        ("owner_id", "nobody"),
    ):
        with pytest.raises(Unfit) as refused:
            edit_record(bob, Opportunity, deal.pk, {"next_step": "Call", column: value}, NOW)
        assert refused.value.column == column
    deal.refresh_from_db()
    assert deal.next_step is None


@pytest.mark.parametrize("column", ["id", "origin", "deleted_at", "custom", "password"])
def test_what_is_the_programs_own_is_not_edited(column: str, bob: User, deal: Opportunity) -> None:
    with pytest.raises(Refusal, match="no “"):
        edit_record(bob, Opportunity, deal.pk, {column: "x"}, NOW)


def test_an_empty_text_is_nothing(bob: User, deal: Opportunity) -> None:
    edit_record(bob, Opportunity, deal.pk, {"name": "  ", "amount_minor": ""}, NOW)
    deal.refresh_from_db()
    assert (deal.name, deal.amount_minor) == (None, None)


def test_a_stage_brings_its_forecast_category_and_probability(bob: User, deal: Opportunity) -> None:
    PipelineStage.objects.create(
        stage="Proposal", forecast_category="best_case", default_probability=Decimal("0.6")
    )
    edit_record(bob, Opportunity, deal.pk, {"stage": "Proposal"}, NOW)
    deal.refresh_from_db()
    assert (deal.forecast_category, deal.probability) == ("best_case", Decimal("0.6"))
    edit_record(
        bob, Opportunity, deal.pk, {"stage": "Proposal", "forecast_category": "commit"}, NOW
    )
    deal.refresh_from_db()
    assert deal.forecast_category == "commit"


def test_two_who_edit_the_same_column_choose(alice: User, bob: User, deal: Opportunity) -> None:
    seen = version_now(deal)
    edit_record(alice, Opportunity, deal.pk, {"amount_minor": 300}, NOW)
    with pytest.raises(Overtaken, match="Alice changed this meanwhile") as overtaken:
        edit_record(bob, Opportunity, deal.pk, {"amount_minor": 400}, LATER, seen=seen)
    (clash,) = overtaken.value.clashes
    assert (clash.column, clash.wanted, clash.now, clash.by) == ("amount_minor", 400, 300, "Alice")
    edit_record(bob, Opportunity, deal.pk, {"amount_minor": 400}, LATER, seen=version_now(deal))
    deal.refresh_from_db()
    assert deal.amount_minor == 400


def test_two_who_edit_different_columns_are_both_heard(
    alice: User, bob: User, deal: Opportunity
) -> None:
    seen = version_now(deal)
    edit_record(alice, Opportunity, deal.pk, {"amount_minor": 300}, NOW)
    edit_record(bob, Opportunity, deal.pk, {"next_step": "Call"}, LATER, seen=seen)
    deal.refresh_from_db()
    assert (deal.amount_minor, deal.next_step) == (300, "Call")


def test_many_are_edited_as_one_change_or_not_at_all(
    alice: User, bob: User, charlie: User, deal: Opportunity
) -> None:
    Opportunity.objects.create(id="d2", owner=bob.person)
    Opportunity.objects.create(id="d3", owner=charlie.person)
    with pytest.raises(Refusal, match="not yours to see"):
        edit_records(alice, Opportunity, [deal.pk, "d3"], {"next_step": "Call"}, NOW)
    assert not Opportunity.objects.filter(next_step="Call").exists()
    change = edit_records(alice, Opportunity, [deal.pk, "d2", "d2"], {"next_step": "Call"}, NOW)
    assert OpportunityVersion.objects.filter(opened_by=change.pk).count() == 2


def test_undoing_brings_back_what_was(bob: User, deal: Opportunity) -> None:
    change = edit_record(bob, Opportunity, deal.pk, {"amount_minor": 900, "stage": "Won"}, NOW)
    undone = undo_change(bob, change, LATER)
    deal.refresh_from_db()
    assert (deal.amount_minor, deal.stage, undone.records) == (100, "New", 1)
    with pytest.raises(Refusal, match="undone already"):
        undo_change(bob, change, LATER)


def test_an_undoing_is_undone_like_any_change(bob: User, deal: Opportunity) -> None:
    change = edit_record(bob, Opportunity, deal.pk, {"amount_minor": 900}, NOW)
    undone = undo_change(bob, change, LATER)
    undo_change(bob, undone.change, LATER)
    deal.refresh_from_db()
    assert deal.amount_minor == 900


def test_what_was_changed_since_stays_and_is_named(
    alice: User, bob: User, deal: Opportunity
) -> None:
    change = edit_record(bob, Opportunity, deal.pk, {"amount_minor": 900}, NOW)
    edit_record(alice, Opportunity, deal.pk, {"amount_minor": 500}, LATER)
    undone = undo_change(bob, change, LATER)
    deal.refresh_from_db()
    assert (deal.amount_minor, undone.records, undone.stay) == (500, 0, (deal.pk,))


def test_others_do_not_undo_what_they_may_not_edit(
    charlie: User, bob: User, deal: Opportunity
) -> None:
    change = edit_record(bob, Opportunity, deal.pk, {"amount_minor": 900}, NOW)
    with pytest.raises(Refusal, match="Only who may edit"):
        undo_change(charlie, change, LATER)


def test_what_was_deleted_is_seen_by_nobody_and_comes_back(bob: User, deal: Opportunity) -> None:
    change = delete_records(bob, Opportunity, [deal.pk], NOW)
    assert not visible_to(bob, Opportunity).exists()
    with pytest.raises(Refusal, match="no such record"):
        edit_record(bob, Opportunity, deal.pk, {"next_step": "Call"}, NOW)
    undo_change(bob, change, LATER)
    assert visible_to(bob, Opportunity).get().name == "Mill"


def test_what_somebody_deleted_is_brought_back_by_whoever_may_edit_it(
    alice: User, bob: User, charlie: User, deal: Opportunity
) -> None:
    deletion = delete_records(bob, Opportunity, [deal.pk], NOW)
    with pytest.raises(Refusal, match="no such record, or it is not yours to see"):
        restore_record(charlie, Opportunity, deal.pk, LATER)
    with pytest.raises(Refusal, match="look at “Mill” but not bring it back"):
        restore_record(_login("ada", "analyst"), Opportunity, deal.pk, LATER)
    change = restore_record(alice, Opportunity, deal.pk, LATER)
    assert visible_to(bob, Opportunity).get().amount_minor == 100
    assert (change.verb, change.actor) == ("restore_opportunity", alice)
    with pytest.raises(Refusal, match="“Mill” is there already"):
        restore_record(bob, Opportunity, deal.pk, LATER)
    undo_change(bob, change, LATER)
    assert not visible_to(bob, Opportunity).exists()
    with pytest.raises(Refusal, match="Only who may edit everything"):
        undo_change(charlie, deletion, LATER)


def test_a_deletion_is_undone_by_a_leader_who_did_not_make_it(
    alice: User, bob: User, deal: Opportunity
) -> None:
    undo_change(alice, delete_records(bob, Opportunity, [deal.pk], NOW), LATER)
    assert visible_to(bob, Opportunity).get() == deal


def test_what_was_merged_is_not_brought_back_beside_what_it_lives_on_in(bob: User) -> None:
    for key in ("kept", "twin"):
        Account.objects.create(id=key, name=key.title(), owner=bob.person)
    merge_records(bob, Account, "kept", ["twin"], NOW)
    with pytest.raises(Refusal, match="“Twin” was merged"):
        restore_record(bob, Account, "twin", LATER)


def test_what_was_created_is_its_makers_and_undoing_takes_it_away(bob: User) -> None:
    made = create_record(bob, Opportunity, {"name": "Quay", "stage": "New"}, NOW)
    assert isinstance(made, Opportunity)
    assert (made.owner_id, made.created_at) == ("bob", MAY)
    version = OpportunityVersion.objects.get(record_id=made.pk)
    undo_change(bob, Change.objects.get(pk=version.opened_by), LATER)
    assert not visible_to(bob, Opportunity).exists()


def test_what_is_needed_must_be_given(bob: User) -> None:
    with pytest.raises(Unfit, match="Name is needed") as refused:
        create_record(bob, Account, {"industry": "Media"}, NOW)
    assert refused.value.column == "name"


def test_who_sells_creates_no_campaigns_and_an_analyst_nothing(bob: User) -> None:
    with pytest.raises(Refusal, match="may not create campaign"):
        create_record(bob, Campaign, {"name": "Fair"}, NOW)
    with pytest.raises(Refusal, match="may not create opportunity"):
        create_record(_login("ada", "analyst"), Opportunity, {"stage": "New"}, NOW)
    assert create_record(_login("vic", "vp"), Campaign, {"name": "Fair"}, NOW).pk
