"""The contacts of a deal, with their roles, kept on its page: one is primary, all is in history, and who may."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from salesops.actions.share_record import share_record
from salesops.foundations.clock import system_clock
from salesops.records.models import Account, Contact, Opportunity, OpportunityContact, Person
from tests.office.readers import Office, Reader
from tests.office.test_keeping_lines import _follow, _seen, _told, _undo

pytestmark = pytest.mark.django_db

DEAL = "/opportunities/bob-deal"
PART = "opportunity_contact"
SAVE = {"part": PART, "do": "save"}
As = Callable[[str], Reader]


@pytest.fixture
def people(served: Office) -> Office:
    """Ann and Ben work at the account of Bob's deal, Pia at a partner of Bob's, Eve where only Charlie sells."""
    Opportunity.objects.filter(pk="bob-deal").update(amount_minor=100_000, currency="USD")
    Account.objects.create(id="partner", name="Partner", owner_id="bob")
    at = {"Ann": "bob-account", "Ben": "bob-account", "Pia": "partner", "Eve": "charlie-account"}
    for name, account in at.items():
        Contact.objects.create(id=name.lower(), name=name, account_id=account)
    return served


def test_a_contact_gets_a_role_another_becomes_primary_and_both_are_taken_back_as_one(
    people: Office, as_bob: Reader
) -> None:
    form = as_bob.page(f"{DEAL}?part={PART}").one("form", data_inplace="")
    offered = [e.attrs["value"] for e in form.all("input", type="radio")]
    assert offered == ["ann", "ben"]  # those at its account; others are looked for
    assert "Champion" in form.text
    first = {"contact_id.chosen": "ann", "role": "Champion", "is_primary": "True"}
    page = _follow(as_bob, as_bob.post(DEAL, **SAVE, **first))
    assert page.rows("Contacts") == [["Ann", "Champion", "Yes", "Change Ann"]]
    assert page.one("a", href="/contacts/ann").text == "Ann"
    assert "Ann: added." in page.text
    other = {"contact_id": "Pia", "role": "Decision maker", "is_primary": "True"}
    page = _follow(as_bob, as_bob.post(DEAL, **SAVE, **other))
    assert "Pia: added." in page.text
    assert page.rows("Contacts") == [
        ["Pia", "Decision maker", "Yes", "Change Pia"],
        ["Ann", "Champion", "No", "Change Ann"],
    ]
    undone = _undo(as_bob, page)
    assert undone.rows("Contacts") == [["Ann", "Champion", "Yes", "Change Ann"]]
    assert "primary" in undone.text  # history tells both
    deals = as_bob.page("/contacts/ann")
    assert "Bob's deal Champion, primary contact" in deals.text
    assert people.bob.is_active


def test_a_role_is_changed_and_taken_away_in_place(people: Office, as_bob: Reader) -> None:
    row = OpportunityContact.objects.create(
        opportunity_id="bob-deal", contact_id="ann", role="On the board"
    )
    form = {"row": row.pk, "contact_id": "Ann", "is_primary": "False"}
    given = as_bob.post(DEAL, **SAVE, **form, role="Champion", seen=_seen(as_bob, row.pk, PART))
    page = _follow(as_bob, given)
    assert "Ann: role changed to Champion." in page.text
    seen = _seen(as_bob, row.pk, PART)
    page = _follow(as_bob, as_bob.post(DEAL, part=PART, row=row.pk, do="remove", seen=seen))
    assert "Ann: taken away." in page.text
    row.refresh_from_db()
    assert row.deleted_at is not None
    assert _undo(as_bob, page).rows("Contacts") == [["Ann", "Champion", "No", "Change Ann"]]
    assert people.bob.is_active


def test_nobody_is_in_a_deal_twice_in_one_role_and_nobody_unseen_is_named(
    people: Office, as_bob: Reader
) -> None:
    OpportunityContact.objects.create(opportunity_id="bob-deal", contact_id="ann", role="Champion")
    again = {"contact_id.chosen": "ann", "is_primary": "False"}
    told = _told(as_bob.post(DEAL, **SAVE, **again, role="Champion"))
    assert "here in this role already" in told
    assert as_bob.post(DEAL, **SAVE, **again, role="Evaluator").status_code == 302
    for who, what in (("", "Choose a contact."), ("Eve", "No contact that you may see")):
        answer = as_bob.post(DEAL, **SAVE, contact_id=who, role="", is_primary="False")
        assert (answer.status_code, what in _told(answer)) == (422, True)
    # Somebody in operations names her: Bob sees that there is another, and not who.
    OpportunityContact.objects.create(opportunity_id="bob-deal", contact_id="eve", role="Legal")
    page = as_bob.page(DEAL)
    assert ["another contact", "Legal", "", "Change another contact"] in page.rows("Contacts")
    assert "Eve" not in page.text
    assert people.bob.is_active


def test_they_are_seen_with_the_deal_and_changed_by_who_may_change_it(
    people: Office, as_: As
) -> None:
    row = OpportunityContact.objects.create(opportunity_id="bob-deal", contact_id="ann", role="User")  # fmt: skip
    form = SAVE | {"contact_id.chosen": "ben", "role": "", "is_primary": "False"}
    assert as_("alice").post(DEAL, **form).status_code == 302
    charlie = as_("charlie")
    for query in (f"?part={PART}", f"?part={PART}&row={row.pk}"):
        answer, nothing = charlie.get(DEAL + query), charlie.get(f"{DEAL}-none{query}")
        assert (answer.status_code, answer.content) == (404, nothing.content)
    assert charlie.post(DEAL, **form).status_code == 404
    assert charlie.post("/opportunities/charlie-deal", **form, row=row.pk).status_code == 404
    deal, reader = Opportunity.objects.get(pk="bob-deal"), Person.objects.get(pk="charlie")
    share_record(people.bob, deal, system_clock, person=reader)
    assert [r[1] for r in charlie.page(DEAL).rows("Contacts")] == ["User", ""]
    refused = charlie.post(DEAL, **form)
    assert (refused.status_code, "but not change them" in _told(refused)) == (403, True)
    assert OpportunityContact.objects.count() == 2
