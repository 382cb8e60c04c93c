"""A lead is converted as one change by who may, and the conversion is taken back whole or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from salesops.actions.convert_lead import LookedAtFormer, convert_lead
from salesops.actions.create_record import create_record
from salesops.actions.edit_record import Unfit, edit_record, version_now
from salesops.actions.share_record import share_record
from salesops.actions.undo_change import undo_change
from salesops.foundations.clock import fixed_clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.models import (
    NOUNS,
    Account,
    Activity,
    Campaign,
    Contact,
    Lead,
    Opportunity,
    OpportunityContact,
)
from salesops.records.user import User
from salesops.records.visibility import visible_to
from tests.office.readers import Office

pytestmark = pytest.mark.django_db

AUGUST = datetime(2026, 8, 1, tzinfo=UTC)
NOW = fixed_clock(AUGUST)
LATER = fixed_clock(AUGUST + timedelta(days=1))
DEAL = {"name": "Cranes", "pipeline": "Sales", "stage": "New", "amount_minor": 5_000, "currency": "USD"}  # fmt: skip


@pytest.fixture
def led(office: Office) -> Office:
    """Bob's lead Lou Vane with a call, a task that names Charlie's deal, and a campaign that brought it."""
    Campaign.objects.create(id="fair", name="Fair")
    Lead.objects.create(
        id="lou", name="Lou Vane", company="Vane", email="lou@vane.example", owner_id="bob",
        source="Web", campaign_id="fair",
    )  # fmt: skip
    Activity.objects.create(id="call", subject="Call", lead_id="lou", owner_id="alice")
    Activity.objects.create(id="other", subject="Other", lead_id="lou", opportunity_id="charlie-deal")  # fmt: skip
    return office


def _convert(actor: User, **more: Any) -> Change:
    given: dict[str, Any] = {
        "account": {"name": "Vane"},
        "contact": {"name": "Lou Vane", "email": "lou@vane.example"},
        "opportunity": DEAL,
        "clock": NOW,
    }
    return convert_lead(actor, "lou", **(given | more))


def _lead() -> Any:
    return Lead.objects.get(pk="lou")


def _state() -> dict[str, list[dict[str, Any]]]:
    return {n: list(noun.objects.filter(deleted_at=None).order_by("pk").values()) for n, noun in NOUNS.items()}  # fmt: skip


def test_an_account_a_contact_and_a_deal_come_of_it_as_one_change(led: Office) -> None:
    change = _convert(led.bob)
    lead = _lead()
    assert (lead.is_converted, lead.converted_on) == (True, date(2026, 8, 1))
    deal = Opportunity.objects.get(pk=lead.opportunity_id)
    assert (deal.account_id, deal.owner_id, deal.source, deal.campaign_id, deal.amount_minor) == (
        lead.account_id, "bob", "Web", "fair", 5_000,
    )  # fmt: skip
    contact = Contact.objects.get(pk=lead.contact_id)
    assert (contact.account_id, contact.email) == (lead.account_id, "lou@vane.example")
    assert contact.created_at == AUGUST
    assert Account.objects.get(pk=lead.account_id).source == "Web"
    for record in (lead, deal, contact, lead.account):
        assert record.versions.objects.get(record_id=record.pk, opened_by=change.pk)
    assert Change.objects.get(verb="convert_lead") == change


def test_the_contact_is_the_primary_one_of_the_deal_until_the_conversion_is_taken_back(
    led: Office,
) -> None:
    change = _convert(led.bob, role="Champion")
    part = OpportunityContact.objects.get()
    lead = _lead()
    assert (part.opportunity_id, part.contact_id, part.role, part.is_primary) == (
        lead.opportunity_id, lead.contact_id, "Champion", True,
    )  # fmt: skip
    edit_record(led.bob, OpportunityContact, part.pk, {"role": "Evaluator"}, NOW)
    with pytest.raises(Refusal, match="role in the deal was changed since"):
        undo_change(led.bob, change, LATER)
    edit_record(led.bob, OpportunityContact, part.pk, {"role": "Champion"}, NOW)
    undone = undo_change(led.bob, change, LATER).change
    assert not OpportunityContact.objects.filter(deleted_at=None).exists()
    undo_change(led.bob, undone, LATER)
    assert OpportunityContact.objects.get().deleted_at is None


def test_its_activities_stay_with_it_and_go_along_but_for_those_of_another_deal(
    led: Office,
) -> None:
    _convert(led.bob)
    call, lead = Activity.objects.get(pk="call"), _lead()
    assert (call.lead_id, call.account_id, call.contact_id, call.opportunity_id) == (
        "lou", lead.account_id, lead.contact_id, lead.opportunity_id,
    )  # fmt: skip
    assert Activity.objects.get(pk="other").opportunity_id == "charlie-deal"


def test_without_a_deal_it_becomes_a_contact_of_an_account_that_is_there(led: Office) -> None:
    ann = Contact.objects.create(id="ann", name="Ann", account_id="bob-account", owner_id="bob")
    _convert(led.bob, account="bob-account", contact="ann", opportunity=None)
    lead = _lead()
    assert (lead.account_id, lead.contact_id, lead.opportunity_id) == ("bob-account", ann.pk, None)
    assert Opportunity.objects.count() == 3


def test_who_may_change_the_lead_converts_it_and_nobody_else(led: Office) -> None:
    with pytest.raises(Refusal, match="not yours to see"):
        _convert(led.charlie)
    share_record(led.bob, _lead(), NOW, person=led.charlie.person)
    with pytest.raises(Refusal, match="but not change it"):
        _convert(led.charlie)
    for account in ("charlie-account", "nowhere"):
        with pytest.raises(Unfit, match="no such account"):
            _convert(led.bob, account=account)
    Contact.objects.create(id="eve", account_id="charlie-account", owner_id="charlie")
    with pytest.raises(Unfit, match="no such contact"):
        _convert(led.bob, contact="eve")
    assert not _lead().is_converted
    assert Account.objects.count() == 3
    _convert(led.alice)
    with pytest.raises(Refusal, match=r"converted on 1 Aug 2026 already"):
        _convert(led.bob)


def test_a_contact_of_another_account_is_refused_and_nothing_is_left_of_it(led: Office) -> None:
    Contact.objects.create(id="ann", name="Ann", account_id="bob-account", owner_id="bob")
    before = _state()
    with pytest.raises(Unfit, match="contact of another account"):
        _convert(led.bob, contact="ann")
    assert _state() == before


def test_who_looked_at_a_former_state_of_the_lead_looks_again(led: Office) -> None:
    seen = version_now(_lead())
    edit_record(led.alice, Lead, "lou", {"company": "Vane & Co"}, NOW)
    with pytest.raises(LookedAtFormer, match="Somebody changed “Lou Vane”"):
        _convert(led.bob, seen=seen)
    _convert(led.bob, seen=version_now(_lead()))


def test_undoing_takes_all_of_it_back_and_undoing_that_makes_it_again(led: Office) -> None:
    before = _state()
    change = _convert(led.bob)
    converted = _state()
    back = undo_change(led.bob, change, LATER)
    assert (back.records, back.stay) == (6, ())
    assert _state() == before
    with pytest.raises(Refusal, match="undone already"):
        undo_change(led.bob, change, LATER)
    again = undo_change(led.bob, back.change, LATER).change
    assert _state() == converted
    later = edit_record(led.bob, Opportunity, _lead().opportunity_id, {"stage": "Offer"}, LATER)
    undo_change(led.bob, later, LATER)
    undo_change(led.bob, again, LATER)
    assert _state() == before


def test_what_was_worked_with_since_keeps_the_conversion_whole(led: Office) -> None:
    change = _convert(led.bob)
    lead, converted = _lead(), _state()

    def refused(match: str) -> None:
        now = _state()
        with pytest.raises(Refusal, match=match):
            undo_change(led.bob, change, LATER)
        assert _state() == now

    edit_record(led.bob, Opportunity, lead.opportunity_id, {"stage": "Offer"}, LATER)
    refused("The opportunity “Cranes” was changed since, so the conversion stays")
    Opportunity.objects.filter(pk=lead.opportunity_id).update(deleted_at=AUGUST)
    task = create_record(led.bob, Activity, {"subject": "Visit", "account_id": lead.account_id}, LATER)  # fmt: skip
    refused("“Visit” belongs to the account “Vane” since")
    Activity.objects.filter(pk=task.pk).update(lead_id=None, owner_id="charlie", account_id=None)
    hers = Opportunity.objects.create(id="hers", owner_id="charlie", account_id=lead.account_id)
    refused("^Something belongs to the account “Vane” since")
    hers.delete()
    edit_record(led.alice, Activity, "call", {"subject": "Called"}, LATER)
    edit_record(led.bob, Lead, "lou", {"status": "Won over"}, LATER)
    undo_change(led.bob, change, LATER)
    lead, call = _lead(), Activity.objects.get(pk="call")
    assert (lead.is_converted, lead.account_id, lead.status) == (None, None, "Won over")
    assert (call.subject, call.account_id, call.opportunity_id) == ("Called", None, None)
    assert converted["account"] != _state()["account"]


def test_what_was_handed_over_untouched_is_taken_back_by_who_did_it_and_no_stranger(
    led: Office,
) -> None:
    change = _convert(led.bob, opportunity=DEAL | {"owner_id": "charlie"})
    assert not visible_to(led.bob, Opportunity).filter(name="Cranes").exists()
    with pytest.raises(Refusal, match="Only who may edit everything"):
        undo_change(led.charlie, change, LATER)
    undo_change(led.bob, change, LATER)
    assert not Opportunity.objects.filter(name="Cranes", deleted_at=None).exists()
