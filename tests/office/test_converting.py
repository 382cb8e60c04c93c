"""The form that converts a lead: what it proposes, what it refuses, who may, and which numbers follow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings

from salesops.actions.convert_lead import convert_lead
from salesops.actions.edit_record import edit_record
from salesops.actions.share_record import share_record
from salesops.book.book import Book
from salesops.book.settings import Settings
from salesops.engines.duckdb import DuckDBEngine
from salesops.foundations.clock import fixed_clock, system_clock
from salesops.jobs.following import follow
from salesops.records.models import Account, Activity, Contact, Lead, Opportunity
from tests.office.readers import Office, Reader
from tests.office.selling import DEALS, sell
from tests.web.markup import Markup, read_markup

pytestmark = pytest.mark.django_db
As = Callable[[str], Reader]
FORM, LEAD = "/convert/lou", "/leads/lou"
WHOLE = {
    "account": "new", "account.name": "Vane", "contact": "new", "contact.name": "Lou Vane",
    "contact.email": "lou@vane.example", "with_opportunity": "yes", "opportunity.name": "Cranes",
    "opportunity.amount_minor": "USD 1.5k", "opportunity.close_date": "2099-01-31", "stage": "s1",
    "owner_id": "bob",
}  # fmt: skip


@pytest.fixture
def led(served: Office) -> Office:
    """Bob's lead Lou Vane, and a pipeline."""
    sell()
    Lead.objects.create(
        id="lou", name="Lou Vane", company="Vane", email="lou@vane.example", owner_id="bob"
    )
    return served


def _chosen(page: Markup, name: str) -> str:
    return next(e.attrs["value"] for e in page.all("input", name=name) if "checked" in e.attrs)


def _seen(page: Markup) -> str:
    return page.one("input", name="seen").attrs["value"]


def _refused(answer: Any, status: int) -> Markup:
    assert answer.status_code == status
    page = read_markup(answer.content.decode())
    assert page.faults == []
    return page


def test_a_lead_is_converted_from_its_page_and_back_again(led: Office, as_bob: Reader) -> None:
    assert FORM in as_bob.page(LEAD).links()
    form = as_bob.page(FORM)
    assert form.faults == []
    assert (_chosen(form, "account"), _chosen(form, "contact")) == ("new", "new")
    answer = as_bob.post(FORM, seen=_seen(form), **WHOLE)
    page = as_bob.page(answer.headers["Location"])
    assert page.faults == []
    assert "The lead is converted." in page.text
    lead = Lead.objects.get()
    deal = Opportunity.objects.get(pk=lead.opportunity_id)
    assert (deal.stage, deal.amount_minor, deal.currency) == ("New", 150_000, "USD")
    for address in (f"accounts/{lead.account_id}", f"contacts/{lead.contact_id}", f"opportunities/{deal.pk}"):  # fmt: skip
        assert f"/{address}" in page.links()
    assert FORM not in page.links()
    assert "to account Vane, contact Lou Vane and opportunity Cranes." in page.text
    for address in (f"/opportunities/{deal.pk}", f"/accounts/{lead.account_id}"):
        assert LEAD in as_bob.page(address).links()
    assert "converted already" in _refused(as_bob.post(FORM, seen="1", **WHOLE), 409).text
    undo = page.one("form", data_undo="")
    change = undo.one("button").attrs["value"]
    back = as_bob.page(as_bob.post(undo.attrs["action"], change=change).headers["Location"])
    assert "Undone: the lead is not converted any more." in back.text
    assert as_bob.get(f"/opportunities/{deal.pk}").status_code == 410  # gone, with its history
    assert FORM in back.links()
    assert led.bob.is_active


def test_accounts_and_contacts_that_may_be_theirs_are_proposed_as_far_as_one_sees_them(
    led: Office, as_bob: Reader
) -> None:
    Account.objects.create(id="vane", name="VANE", owner_id="bob")
    Account.objects.create(id="site", name="Holding", website="www.vane.example", owner_id="bob")
    Account.objects.create(id="secret", name="Vane Secret", owner_id="charlie")
    Contact.objects.create(id="lv", name="L. Vane", email="LOU@vane.example", account_id="vane")
    form = as_bob.page(FORM)
    offered = [e.attrs["value"] for e in form.all("input", name="account")]
    assert offered == ["vane", "site", "new", "other"]
    assert (_chosen(form, "account"), _chosen(form, "contact")) == ("vane", "lv")
    Contact.objects.filter(pk="lv").update(account="site")
    form = as_bob.page(FORM)
    assert (_chosen(form, "account"), _chosen(form, "contact")) == ("site", "lv")
    Contact.objects.filter(pk="lv").update(account="vane")
    assert "Secret" not in form.text
    assert "Bob's customer" in as_bob.page(f"{FORM}?in=other.account_id&find=custo").text
    assert "Charlie's" not in as_bob.page(f"{FORM}?in=other.account_id&find=custo").text
    assert as_bob.post(FORM, **WHOLE).status_code == 409  # what was looked at is not said
    without = WHOLE | {"account": "vane", "contact": "lv", "with_opportunity": "no"}
    taken = as_bob.post(FORM, seen=_seen(form), **without)
    assert taken.status_code == 302
    lead = Lead.objects.get()
    assert (lead.account_id, lead.contact_id, lead.opportunity_id) == ("vane", "lv", None)
    assert led.bob.is_active


def test_a_second_contact_of_one_address_is_made_only_when_that_was_said_twice(
    led: Office, as_bob: Reader
) -> None:
    Contact.objects.create(id="lv", name="L. V.", email="lou@vane.example", account_id="bob-account")  # fmt: skip
    given = WHOLE | {
        "account": "other", "other.account_id": "Bob's customer", "seen": _seen(as_bob.page(FORM)),
    }  # fmt: skip
    page = _refused(as_bob.post(FORM, **given), 422)
    assert "has a contact with this address already: L. V." in page.text
    assert Contact.objects.count() == 1
    offered = page.one("input", name="offered").attrs["value"]
    assert as_bob.post(FORM, **given, offered=offered).status_code == 302
    assert Contact.objects.filter(account="bob-account").count() == 2
    assert led.bob.is_active


def test_what_does_not_fit_or_was_overtaken_is_told_and_what_was_typed_stays(
    led: Office, as_bob: Reader
) -> None:
    seen = _seen(as_bob.page(FORM))
    for column, value, words in (
        ("account", "", "Choose an account"), ("account.name", " ", "Name is needed."),
        ("account", "charlie-account", "There is no such account."), ("contact", "no", "no such contact"),
        ("contact.name", "", "Name is needed."), ("opportunity.amount_minor", "5k", "Name the currency"),
        ("stage", "s3", "Choose one of the list."), ("owner_id", "nobody", "There is no such owner."),
    ):  # fmt: skip
        page = _refused(as_bob.post(FORM, **WHOLE | {column: value, "seen": seen}), 422)
        assert words in page.text, column
        assert page.one("input", name="opportunity.name").attrs["value"] == "Cranes"
    edit_record(led.alice, Lead, "lou", {"status": "Hot"}, system_clock)
    page = _refused(as_bob.post(FORM, **WHOLE, seen=seen), 409)
    assert "Somebody changed “Lou Vane”" in page.text
    assert Account.objects.count() == 3
    assert as_bob.post(FORM, **WHOLE, seen=_seen(page)).status_code == 302


def test_who_only_reads_a_lead_is_told_so_and_a_stranger_finds_nothing(
    led: Office, as_: As
) -> None:
    charlie = as_("charlie")
    nothing = charlie.get("/convert/none")
    for answer in (charlie.get(FORM), charlie.post(FORM, **WHOLE)):
        assert (answer.status_code, answer.content) == (404, nothing.content)
    share_record(led.bob, Lead.objects.get(), system_clock, person=led.charlie.person)
    assert FORM not in charlie.page(LEAD).links()
    for answer in (charlie.get(FORM), charlie.post(FORM, **WHOLE)):
        assert "look at this lead but not convert it" in _refused(answer, 403).text
    for reader in ("alice", "bob", "ravi"):
        assert as_(reader).page(FORM).one("input", name="seen")
    as_("alice").post(FORM, **WHOLE, seen=_seen(as_("alice").page(FORM)))
    assert "Converted" in charlie.page(LEAD).text
    assert "Cranes" not in charlie.page(LEAD).text


def test_the_pipeline_and_the_cycle_from_first_contact_know_of_a_conversion(led: Office) -> None:
    june, july = (datetime(2026, month, 1, 9, tzinfo=UTC) for month in (6, 7))
    Activity.objects.create(
        id="call", kind="call", lead_id="lou", owner_id="bob", is_done=True, occurred_at=june
    )
    deal = {
        "name": "Cranes", "pipeline": "Sales", "stage": "Won", "amount_minor": 900, "currency": "USD",
        "close_date": july.date(),
    }  # fmt: skip
    convert_lead(led.bob, "lou", {"name": "Vane"}, {"name": "Lou"}, deal, fixed_clock(july))
    follow(settings.SALESOPS_BOOK, fixed_clock(july + timedelta(days=20)))
    engine = DuckDBEngine(settings.SALESOPS_BOOK)
    told = engine.run("SELECT is_converted, converted_on FROM lead").rows
    assert told == [(True, july.date())]
    book = Book(engine, Settings())
    cycle = book.measure("sales_cycle_first_interaction").figures[0]
    assert cycle.numerator == 30 * 86_400
    assert cycle.denominator == 1
    created = book.measure("pipeline_created").figures[0]
    assert created.numerator == sum(amount for *_, amount in DEALS) + 900
