"""Fields of a company's own are defined on one page and are on every page that shows or edits a record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from salesops.actions.create_record import create_record
from salesops.actions.define_field import define_field, edit_field
from salesops.actions.edit_record import Unfit, edit_record, version_now
from salesops.foundations.clock import system_clock as clock
from salesops.records.custom_field import CustomField
from salesops.records.models import NOUNS, Change, Contact, ExchangeRate, Lead, Opportunity
from tests.office.readers import Office, Reader
from tests.office.selling import follow_now, sell
from tests.web.markup import Markup, read_markup

pytestmark = pytest.mark.django_db

As = Callable[[str], Reader]
PLACE, DEAL = "/custom-fields", "/opportunities/bob-deal"


@pytest.fixture
def tier(served: Office) -> CustomField:
    """A choice on deals, which Bob's has."""
    field = define_field(
        served.ravi,
        "opportunity",
        "Tier",
        "choice",
        clock,
        choices="gold_plus\nSilver",
        help="By size.",
    )
    edit_record(served.bob, Opportunity, "bob-deal", {field.name: "gold_plus"}, clock)
    return field


def _seen() -> str:
    return str(version_now(Opportunity.objects.get(pk="bob-deal")))


def test_a_field_is_added_renamed_retired_told_and_undone(served: Office, as_: As) -> None:
    ravi = as_("ravi")
    added = ravi.post(
        PLACE, do="add", noun="account", label="Health", kind="choice", choices="Good\r\nBad"
    )
    assert added.status_code == 302
    field = CustomField.objects.get(pk="account.health")
    assert field.offered == ["Good", "Bad"]
    ravi.post(
        PLACE, do="edit", key=field.pk, seen=str(version_now(field)),
        label="Health score", choices="Good\r\nBad", reason="Clearer",
    )  # fmt: skip
    page = ravi.page(PLACE)
    assert page.faults == []
    assert "Name: Health → became Health score" in " ".join(page.text.split())
    assert "“Clearer”" in page.text
    assert "0 of 3 accounts" in page.text
    change = Change.objects.get(verb="edit_custom_field")
    ravi.post(PLACE, do="undo", change=str(change.pk))
    field.refresh_from_db()
    assert (str(field), field.is_active) == ("Health", True)
    assert served.ravi.is_active


def test_defining_a_field_is_not_undone_once_records_say_something_of_it(
    tier: CustomField, as_: As
) -> None:
    change = Change.objects.get(verb="create_custom_field")
    answer = as_("ravi").post(PLACE, do="undo", change=str(change.pk))
    assert answer.status_code == 422
    assert "Take it out of use instead" in answer.content.decode()
    assert CustomField.objects.get(pk=tier.pk).deleted_at is None


@pytest.mark.parametrize("name", ["alice", "bob", "charlie"])
def test_those_who_sell_arrange_no_fields(tier: CustomField, as_: As, name: str) -> None:
    reader = as_(name)
    assert "Add a field" not in reader.page(PLACE).text
    assert reader.post(PLACE, do="add", noun="lead", label="X", kind="text").status_code == 422
    assert "Custom fields" not in reader.page("/tasks").text
    assert CustomField.objects.count() == 1
    assert tier.is_active


def test_a_record_shows_and_edits_a_field_in_place_for_who_may(tier: CustomField, as_: As) -> None:
    bob = as_("bob")
    page = bob.page(DEAL)
    assert page.faults == []
    assert "Tier" in page.text
    assert "gold_plus" in page.text  # as it was written, and not in our words
    opened = bob.page(f"{DEAL}?edit={tier.name}")
    assert "By size." in opened.text
    form = {"do": "edit", "column": tier.name, "seen": _seen()}
    refused = bob.post(DEAL, value="Bronze", **form)
    assert refused.status_code == 422
    assert bob.post(DEAL, value="Silver", **form).status_code == 302
    assert "Tier: gold_plus → became Silver" in " ".join(bob.page(DEAL).text.split())
    assert as_("charlie").get(DEAL).status_code == 404
    assert as_("charlie").post(DEAL, value="gold_plus", **form).status_code == 404


def test_two_people_at_one_field_see_both_values(tier: CustomField, as_: As) -> None:
    form = {"do": "edit", "column": tier.name, "seen": _seen()}
    as_("alice").post(DEAL, value="Silver", **form)
    answer = as_("bob").post(DEAL, value="", **form)
    assert answer.status_code == 409
    said = " ".join(answer.content.decode().split())
    assert "Alice changed this" in said
    assert "<dd>Silver</dd>" in said


def test_a_field_out_of_use_is_read_where_it_says_something(
    tier: CustomField, served: Office, as_: As
) -> None:
    edit_field(served.ravi, tier.pk, {"is_active": False}, clock, seen=version_now(tier))
    page = as_("bob").page(DEAL)
    assert "gold_plus" in page.text
    assert not [a for a in page.all("a") if a.attrs.get("id") == f"e-{tier.name}"]
    assert "Tier" not in as_("alice").page("/opportunities/alice-deal").text


def test_the_audit_log_finds_who_changed_a_field_by_its_name(tier: CustomField, as_: As) -> None:
    dora = as_("dora")
    found = dora.page("/audit?noun=opportunity&field=custom.tier")
    assert "Tier: nothing → became gold_plus" in " ".join(found.text.split())
    assert "became gold_plus" in " ".join(
        dora.page("/audit?noun=opportunity&text=gold_pl").text.split()
    )
    assert "bob-deal" not in dora.page("/audit?noun=opportunity&field=custom.tier&text=Silver").text
    assert "Created custom field" in dora.page("/audit?noun=custom_field").text
    assert tier.is_active


@pytest.fixture
def listed(tier: CustomField, served: Office) -> Office:
    """Deals in a list, the book of which knows the tier, a fee in two currencies and a sponsor."""
    for label, kind in (("Fee", "money"), ("Sponsor", "person")):
        define_field(served.ravi, "opportunity", label, kind, clock)
    sell()
    ExchangeRate.objects.create(
        currency="EUR", valid_from=date(2020, 1, 1), valid_to=date(2099, 1, 1), rate="2"
    )
    Opportunity.objects.filter(pk="quay").update(currency="EUR", custom={"fee": 20_000})
    bob = {"custom.fee": 30_000, "custom.sponsor": "alice"}
    edit_record(served.bob, Opportunity, "bob-deal", bob, clock)
    follow_now()
    assert tier.is_active
    return served


COLUMNS = "column=name&column=custom_tier&column=custom_fee&column=custom_sponsor"


def _rows(page: Markup) -> dict[str, list[str]]:
    return {
        r.attrs["data-row"]: [c.text.partition(", change")[0].strip() for c in r.all("td")[1:]]
        for r in page.all("tr")
        if "data-row" in r.attrs
    }


@pytest.mark.usefixtures("listed")
def test_a_list_shows_sorts_narrows_and_exports_fields_of_its_own(as_: As) -> None:
    bob = as_("bob")
    page = bob.page(f"/opportunities?{COLUMNS}&sort=-custom_fee")
    assert page.faults == []
    rows = _rows(page)
    assert list(rows)[:2] == ["quay", "bob-deal"]  # EUR 200 is USD 400
    assert rows["quay"] == ["–", "$400", "–"]
    assert rows["bob-deal"] == ["gold_plus", "$300", "Alice"]
    assert list(_rows(bob.page("/opportunities?custom_tier=gold_plus"))) == ["bob-deal"]
    assert list(_rows(bob.page("/opportunities?where=custom_sponsor.name = 'Alice'"))) == [
        "bob-deal"
    ]
    assert "gold_plus" in bob.page(f"/opportunities?{COLUMNS}").text
    exported = bob.get(f"/opportunities?{COLUMNS}&export=csv&custom_tier=gold_plus")
    assert exported.getvalue().decode("utf-8-sig").splitlines() == [
        "id,name,custom_tier,custom_fee_usd,custom_sponsor", "bob-deal,Bob's deal,gold_plus,300.00,Alice"
    ]  # fmt: skip
    assert list(_rows(as_("charlie").page("/opportunities?custom_tier=gold_plus"))) == []
    assert "1 of 5 opportunities" in as_("ravi").page(PLACE).text
    assert "1 of 3 opportunities" in bob.page(PLACE).text


@pytest.mark.django_db(
    transaction=True
)  # what is asked is whether the book is behind what was committed
@pytest.mark.usefixtures("listed")
def test_a_field_is_edited_in_a_row_and_of_all_that_match(as_: As) -> None:
    bob, here = as_("bob"), f"/opportunities?{COLUMNS}"
    opened = bob.page(f"{here}&edit=mill&fact=custom.tier")
    (select,) = (s for s in opened.all("select") if s.attrs.get("name") == "value")
    assert [o.text for o in select.all("option")] == ["None", "gold_plus", "Silver"]
    seen = str(version_now(Opportunity.objects.get(pk="mill")))
    form = {"key": "mill", "column": "custom.tier", "seen": seen}
    assert bob.post(here, value="Bronze", **form).status_code == 422
    assert bob.post(here, value="Silver", **form).status_code == 302
    saved = bob.page(here)
    assert _rows(saved)["mill"] == ["Silver", "–", "–"]
    assert "Saved; numbers follow" in saved.text
    assert as_("charlie").post(here, value="Silver", **form).status_code == 404
    many = {
        "column": "custom.tier",
        "value": "Silver",
        "all": "1",
        "query": "custom_tier=gold_plus",
    }
    preview = bob.post("/change/opportunity", do="preview", **many)
    assert "Change 1 opportunity" in preview.content.decode()


def test_contacts_and_leads_have_them_on_their_pages_and_in_their_lists(
    served: Office, as_: As
) -> None:
    for noun, kept in (("contact", Contact), ("lead", Lead)):
        kept.objects.create(id=f"bob-{noun}", name="Ann", owner_id="bob")
        define_field(served.ravi, noun, "Heat", "choice", clock, choices="hot\ncold")
    follow_now()
    bob = as_("bob")
    for noun in ("contact", "lead"):
        place = f"/{noun}s/bob-{noun}"
        seen = str(version_now(NOUNS[noun].objects.get(pk=f"bob-{noun}")))
        form = {"do": "edit", "column": "custom.heat", "seen": seen, "value": "hot"}
        assert as_("charlie").post(place, **form).status_code == 404
        assert bob.post(place, **form).status_code == 302
        assert "Heat: nothing → became hot" in " ".join(bob.page(place).text.split())
        listed = _rows(bob.page(f"/{noun}s?column=name&column=custom_heat"))
        assert listed[f"bob-{noun}"] == ["hot"]


def test_who_makes_a_record_is_asked_for_fields_and_has_to_say_what_is_needed(
    served: Office, as_: As
) -> None:
    bob, ravi = as_("bob"), as_("ravi")
    for noun, asked in (("contact", "needed"), ("opportunity", "asked"), ("lead", "")):
        ravi.post(
            PLACE, do="add", noun=noun, label="Tier", kind="choice", choices="Gold\r\nSilver", asked=asked,
        )  # fmt: skip
    ravi.post(PLACE, do="add", noun="opportunity", label="Budget", kind="money", asked="needed")
    assert ravi.page(PLACE).text.count("Needed") == 2
    form = bob.page("/new/contact")
    assert form.faults == []
    assert "Needed." in form.text
    assert not bob.page("/new/lead").all("select", name="custom.tier")
    refused = bob.post("/new/contact", **{"name": "Eve", "custom.tier": ""})
    assert refused.status_code == 422
    assert "Tier is needed." in refused.content.decode()
    bob.post("/new/contact", **{"name": "Eve", "owner_id": "bob", "custom.tier": "Gold"})
    eve = Contact.objects.get(name="Eve")
    assert eve.custom == {"tier": "Gold"}
    emptied = {"do": "edit", "column": "custom.tier", "value": "", "seen": version_now(eve)}
    assert "Tier is needed." in bob.post(f"/contacts/{eve.pk}", **emptied).content.decode()
    with pytest.raises(Unfit, match=r"Tier is needed\."):
        create_record(served.bob, Contact, {"name": "Ida"}, clock)
    sell()
    deal = {"name": "Cranes", "stage": "s1", "amount": "EUR 5k", "custom.tier": "", "custom.budget": "USD 7k"}  # fmt: skip
    assert "This is kept in EUR." in bob.post("/new/opportunity", **deal).content.decode()
    for budget, status in (("", 422), ("7k", 302)):
        assert (
            bob.post("/new/opportunity", **deal | {"custom.budget": budget}).status_code == status
        )
    made = Opportunity.objects.get(name="Cranes")
    assert (made.custom, made.currency, made.amount_minor) == ({"budget": 700_000}, "EUR", 500_000)


def test_converting_a_lead_asks_for_the_fields_of_what_it_makes(served: Office, as_: As) -> None:
    sell()
    define_field(served.ravi, "account", "Health", "text", clock, asked="needed")
    define_field(served.ravi, "opportunity", "Tier", "text", clock, asked="asked")
    Lead.objects.create(id="lou", name="Lou Vane", company="Vane", owner_id="bob")
    bob = as_("bob")
    seen = bob.page("/convert/lou").one("input", name="seen").attrs["value"]
    given = {
        "seen": seen, "account": "new", "account.name": "Vane", "contact": "new", "contact.name": "Lou",
        "with_opportunity": "yes", "opportunity.name": "Cranes", "stage": "s1", "owner_id": "bob",
        "opportunity.custom.tier": "Gold",
    }  # fmt: skip
    refused = bob.post("/convert/lou", **given)
    page = read_markup(refused.content.decode())
    assert (refused.status_code, page.faults) == (422, [])
    assert page.one("p", id="wrong-account.custom.health").text == "Health is needed."
    assert bob.post("/convert/lou", **given, **{"account.custom.health": "Good"}).status_code == 302
    lead = Lead.objects.get()
    assert (lead.account.custom, lead.opportunity.custom) == ({"health": "Good"}, {"tier": "Gold"})
