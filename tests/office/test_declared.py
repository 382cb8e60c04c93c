"""Lists and pages made from declarations, in an office: who sees and makes what, worked in, and taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

import pytest
from django.db.models import Model

from salesops.records.models import (
    Account,
    Activity,
    Campaign,
    CampaignSpend,
    Contact,
    Cost,
    Lead,
    LookAlike,
    Product,
    Quota,
    RecurringRevenue,
)
from salesops.web.pages.records.nouns import DECLARED
from tests.office.readers import Office, Reader
from tests.office.selling import Follow, follows, sell
from tests.web.markup import Markup, read_markup

__all__ = ["follows"]
pytestmark = pytest.mark.django_db
As = Callable[[str], Reader]

MAY = datetime(2026, 5, 1, 9, tzinfo=UTC)
MONEY = {"amount_minor": 77_700, "currency": "USD"}
RECORDS: dict[str, tuple[type[Model], dict[str, Any]]] = {
    "contact": (Contact, {"name": "Eve Ruiz", "account_id": "bob-account", "owner_id": "bob"}),
    "lead": (Lead, {"name": "Lou Vane", "company": "Vane", "status": "New", "owner_id": "bob"}),
    "activity": (Activity, {"subject": "Called Eve", "kind": "call", "owner_id": "bob", "occurred_at": MAY}),
    "product": (Product, {"name": "Crane", "list_price_minor": 25_005, "currency": "USD"}),
    "campaign": (Campaign, {"name": "Fair", "budget_minor": 88_800, "currency": "USD"}),
    "campaign_spend": (CampaignSpend, {"campaign_id": "campaign-1", "spent_on": date(2026, 1, 2), **MONEY}),
    "cost": (Cost, {"description": "Booth", "category": "travel", "booked_on": date(2026, 1, 2), **MONEY}),
    "quota": (Quota, {"person_id": "bob", "starts_on": date(2026, 1, 1), "ends_on": date(2026, 4, 1), **MONEY}),
    "recurring_revenue": (
        RecurringRevenue,
        {"account_id": "bob-account", "starts_on": date(2026, 1, 1), "monthly_minor": 77_700, "currency": "USD"},
    ),
}  # fmt: skip
FOR_OPERATIONS = ("campaign_spend", "cost", "recurring_revenue")


@pytest.fixture
def keeping(served: Office, follows: Follow) -> Office:
    """The office with a record of each noun, Bob's where it is somebody's, and its book."""
    sell()
    for name, (noun, values) in RECORDS.items():
        noun.objects.create(id=f"{name}-1", **values)  # type: ignore[attr-defined]
    follows()
    return served


def _page(answer: Any) -> Markup:
    page = read_markup(answer.content.decode())
    assert page.faults == []
    return page


def _place(name: str) -> str:
    return f"{DECLARED[name].place}{name}-1"


def _follow(reader: Reader, answer: Any) -> Markup:
    assert answer.status_code == 302, answer.content.decode()
    return reader.page(answer.headers["Location"])


def _undo(reader: Reader, page: Markup) -> Markup:
    form = page.one("form", data_undo="")
    hidden = {e.attrs["name"]: e.attrs["value"] for e in form.all("input", type="hidden")}
    hidden.pop("csrfmiddlewaretoken", None)
    button = form.one("button").attrs["value"]
    return _follow(reader, reader.post(form.attrs["action"], change=button, **hidden))


def test_sales_operations_have_the_list_and_the_page_of_every_noun(
    keeping: Office, as_: As
) -> None:
    ravi = as_("ravi")
    for name, noun in DECLARED.items():
        listed = ravi.page(noun.address)
        assert (listed.faults, len(listed.rows(noun.title))) == ([], 1), name
        alone = ravi.page(_place(name))
        assert alone.faults == [], name
        assert f"{name}-1" in alone.text
        column = noun.columns[0]
        opened = ravi.page(f"{_place(name)}?edit={column}")
        assert opened.one("form", data_inplace="").one("input", name="column"), name
    assert ravi.page(_place("quota")).one("h1").text == "Bob, 1 Jan 2026"
    assert ravi.page(_place("recurring_revenue")).one("h1").text == "Bob's customer, 1 Jan 2026"
    assert keeping.ravi.is_active


@pytest.mark.parametrize("reader", ["alice", "bob", "charlie"])
def test_each_sees_their_own_part_on_every_door(keeping: Office, as_: As, reader: str) -> None:
    somebody = as_(reader)
    for name, noun in DECLARED.items():
        nothing = somebody.get(f"{noun.place}none")
        answers = [somebody.get(_place(name)), somebody.post(_place(name), do="edit", seen="1")]
        listed = somebody.get(noun.address)
        exported = somebody.get(noun.address, export="csv")
        if name in FOR_OPERATIONS:
            assert {a.status_code for a in (*answers, listed, exported)} == {404}, name
            assert answers[0].content == nothing.content
            continue
        is_seen = reader != "charlie" or name in ("product", "campaign")
        assert answers[0].status_code == (200 if is_seen else 404), name
        assert (f"{name}-1" in listed.content.decode()) is is_seen, name
        assert (f"{name}-1" in b"".join(exported).decode()) is is_seen, name
    links = somebody.page("/records").links()
    assert "/records/quota" in links
    assert not {f"/records/{name}" for name in FOR_OPERATIONS} & set(links)
    assert keeping.bob.is_active


def test_a_budget_and_what_was_spent_reach_nobody_who_sells(
    keeping: Office, as_: As, follows: Follow
) -> None:
    ravi, alice = as_("ravi"), as_("alice")
    page = _follow(
        ravi,
        ravi.post(
            _place("campaign"), part="campaign_spend", do="save",
            spent_on="2026-02-03", amount_minor="123.45",
        ),
    )  # fmt: skip
    assert page.rows("Spend")[0] == ["3 Feb 2026", "$123.45", "Change 3 Feb 2026"]
    assert "3 Feb 2026: added." in page.text
    assert "$888" in page.text
    follows()
    for address in ("/records/campaign", _place("campaign")):
        text = alice.page(address).text
        assert "Fair" in text
        for secret in ("888", "777", "123.45", "Spend", "added"):
            assert secret not in text, (address, secret)
    exported = b"".join(alice.get("/records/campaign", export="csv")).decode()
    assert "Fair" in exported
    assert "888" not in exported
    refused = alice.post(
        _place("campaign"), part="campaign_spend", do="save", spent_on="2026-02-03"
    )
    assert refused.status_code == 403
    assert keeping.alice.is_active


def test_a_contact_is_made_from_its_account_and_a_lead_from_the_palette(
    keeping: Office, as_bob: Reader
) -> None:
    account = as_bob.page("/accounts/bob-account")
    new = next(a for a in account.all("a", class_="btn") if a.text == "New contact")
    form = as_bob.page(new.attrs["href"])
    picked = form.one("input", name="account_id.chosen").attrs
    assert "checked" in picked
    made = {"name": "Ada Poe", "account_id": "Bob's customer", "account_id.chosen": picked["value"]}
    page = _follow(as_bob, as_bob.post(new.attrs["href"], **made))
    assert page.one("h1").text == "Ada Poe"
    assert Contact.objects.get(name="Ada Poe").account_id == "bob-account"
    gone = _undo(as_bob, page)
    assert "This contact is deleted." in gone.text
    assert "/new/lead" in as_bob.page("/contacts").links()
    lead = _follow(as_bob, as_bob.post("/new/lead", name="Oda Oak", owner_id="bob"))
    assert lead.one("h1").text == "Oda Oak"
    empty = as_bob.post("/new/lead", owner_id="bob")
    assert empty.status_code == 422
    assert "Name is needed." in _page(empty).text
    assert keeping.bob.is_active


def test_an_account_is_made_from_its_list_and_a_second_of_its_name_only_when_that_was_said_twice(
    keeping: Office, as_bob: Reader, as_: As
) -> None:
    assert "/new/account" in as_bob.page("/accounts").links()
    form = as_bob.page("/new/account?name=Ash Mill")
    assert form.one("input", name="name").attrs["value"] == "Ash Mill"
    page = _follow(as_bob, as_bob.post("/new/account", name="Ash Mill", owner_id="bob"))
    made = Account.objects.get(name="Ash Mill")
    assert (made.owner_id, page.one("h1").text) == ("bob", "Ash Mill")
    again = {"name": "ash mill", "owner_id": "bob"}
    told = as_bob.post("/new/account", **again)
    assert told.status_code == 422
    assert "Ash Mill is there already" in _page(told).text
    said_twice = _page(told).one("input", name="again").attrs["value"]
    assert as_bob.post("/new/account", **again, again=said_twice).status_code == 302
    # Charlie does not see it, so nothing tells him of it.
    assert (
        as_("charlie").post("/new/account", name="Ash Mill", owner_id="charlie").status_code == 302
    )
    assert keeping.bob.is_active


def test_what_decides_about_money_is_made_by_sales_operations_alone(
    keeping: Office, as_: As
) -> None:
    quota = {
        "person_id": "bob",
        "starts_on": "2026-04-01",
        "ends_on": "2026-07-01",
        "amount_minor": "EUR 5k",
    }
    for name in ("quota", "cost", "product", "campaign", "recurring_revenue"):
        answer = as_("bob").post(f"/new/{name}", **quota)
        assert answer.status_code == 403, name
        assert "Ask sales operations" in _page(answer).text
    page = _follow(as_("ravi"), as_("ravi").post("/new/quota", **quota))
    made = Quota.objects.exclude(pk="quota-1").get()
    assert (made.amount_minor, made.currency, made.person_id) == (500_000, "EUR", "bob")
    assert page.one("h1").text == "Bob, 1 Apr 2026"
    backwards = as_("ravi").post("/new/quota", **(quota | {"ends_on": "2026-04-01"}))
    assert backwards.status_code == 422
    assert "This is not after the first day." in _page(backwards).text
    assert as_("ravi").get("/new/person").status_code == 404
    assert keeping.ravi.is_active


def test_a_lead_is_worked_in_its_row_and_with_others_and_taken_back(
    keeping: Office, as_bob: Reader
) -> None:
    row = as_bob.page("/leads?edit=lead-1&fact=status").one("tr", data_row="lead-1")
    form = row.one("form", data_incell="")
    names = ("key", "column", "seen")
    given = {n: form.one("input", name=n).attrs["value"] for n in names}
    page = _follow(as_bob, as_bob.post("/leads", value="Working", **given))
    assert "Lou Vane: Status changed to Working." in page.text
    assert "Status is New again" in _undo(as_bob, page).text.replace("status", "Status")
    asked = {"column": "source", "key": "lead-1", "value": "Fair"}
    seen = _page(as_bob.post("/change/lead", do="preview", **asked))
    digest = seen.one("input", name="digest").attrs["value"]
    done = _follow(as_bob, as_bob.post("/change/lead", do="apply", digest=digest, **asked))
    assert "1 lead: source changed to Fair." in done.text
    assert Lead.objects.get(pk="lead-1").source == "Fair"
    assert keeping.bob.is_active


def test_a_task_is_planned_for_a_lead_and_stands_on_its_page(
    keeping: Office, as_bob: Reader
) -> None:
    about = quote("lead/lead-1", safe="")
    given = {"subject": "Write to Lou", "kind": "task", "state": "open", "owner_id": "bob"}
    assert as_bob.post(f"/activities/new?about={about}", **given).status_code == 302
    assert "Write to Lou" in as_bob.page(_place("lead")).text
    assert "Lou Vane" in as_bob.page("/tasks").text
    assert keeping.bob.is_active


def test_who_decides_about_duplicates_is_told_what_a_contact_looks_like(
    keeping: Office, as_: As
) -> None:
    Contact.objects.create(id="twin", name="Eva Ruiz", owner_id="charlie")
    LookAlike.objects.create(
        noun="contact", left="contact-1", right="twin", entity="e", weight=9, probability=0.99
    )
    assert "This looks like Eva Ruiz." in as_("ravi").page(_place("contact")).text
    assert "Eva Ruiz" not in as_("bob").page(_place("contact")).text
    assert keeping.ravi.is_active
