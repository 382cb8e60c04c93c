"""Working on a deal in a browser as people do it: edited in place, undone, by two at once, and without script."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from salesops.records.models import (
    Account,
    Activity,
    Contact,
    Opportunity,
    OpportunityLine,
    OpportunitySplit,
    PipelineStage,
    Product,
)
from tests.browser.conftest import Enter
from tests.browser.test_every_page import both_looks, wrong_here
from tests.office.browser.asking import asked, is_nowhere
from tests.office.browser.conftest import Visit
from tests.office.browser.test_signing_in import _sign_in as sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def deal(address: str) -> str:
    """Where a deal of Bob's is, with something of everything."""
    for position, (stage, outcome) in enumerate((("New", "open"), ("Won", "won")), 1):
        PipelineStage.objects.create(
            id=f"s{position}", pipeline="Sales", stage=stage, position=position, outcome=outcome
        )
    Account.objects.create(id="mill", name="Mill & Sons", owner_id="bob")
    Account.objects.create(id="quay", name="Quay Ltd", owner_id="bob", industry="Media")
    Product.objects.create(id="crane", name="Crane")
    Contact.objects.create(id="eve", name="Eve Ruiz", account_id="mill", owner_id="bob")
    Opportunity.objects.create(
        id="d1", name="New crane", pipeline="Sales", stage="New", owner_id="bob", account_id="mill",
        amount_minor=100_000, currency="USD", close_date=date(2026, 9, 30),
    )  # fmt: skip
    OpportunityLine.objects.create(opportunity_id="d1", product_id="crane", amount_minor=100_000)
    OpportunitySplit.objects.create(opportunity_id="d1", person_id="bob", share=1)
    Activity.objects.create(
        opportunity_id="d1", owner_id="bob", subject="Called", kind="call",
        occurred_at=datetime(2026, 5, 1, 9, tzinfo=UTC),
    )  # fmt: skip
    return f"{address}/opportunities/d1"


def _latest(page: Page) -> Locator:
    """What the page says was changed last."""
    return page.locator("section[aria-labelledby=vh] .told > li").first


def _fact(page: Page, title: str) -> str:
    """What the page says beside a title."""
    return page.locator(f"dt:text-is('{title}') + dd > span").inner_text()


@pytest.mark.usefixtures("deal")
def test_edited_in_place_undone_by_key_and_by_two_at_once(visit: Visit) -> None:
    page = visit("bob", "/opportunities/d1")
    here = page.url
    page.get_by_role("link", name="Change Stage").click()
    page.get_by_label("Stage").select_option("Won")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Stage changed to Won.")
    assert _fact(page, "Stage") == "Won"
    expect(page.get_by_role("link", name="Change Stage")).to_be_focused()
    page.keyboard.press("z")
    expect(page.get_by_role("status")).to_contain_text("Undone: stage is New again.")
    assert page.url == here

    page.get_by_role("link", name="Change Amount").click()
    typed = page.get_by_label("Amount")
    expect(typed).to_be_focused()
    typed.fill("9")
    typed.press("Escape")
    expect(typed).to_have_count(0)
    assert _fact(page, "Amount") == "$1,000"

    page.get_by_role("link", name="Change Amount").click()
    typed.fill("much")
    typed.press("Enter")
    expect(page.get_by_text("Write an amount such as")).to_be_visible()
    expect(typed).to_have_value("much")
    typed.fill("450k")

    alices = visit("alice", "/opportunities/d1?edit=amount_minor", strict=False)
    alices.get_by_label("Amount").fill("3000")
    alices.keyboard.press("Enter")
    expect(alices.get_by_role("status")).to_contain_text("Amount changed to $3,000.")
    page.bring_to_front()
    typed.press("Enter")
    expect(page.get_by_text("Alice changed this on")).to_be_visible()
    expect(page.locator(".clash")).to_contain_text("$3,000")
    page.get_by_role("button", name="Use mine").click()
    expect(page.get_by_role("status")).to_contain_text("Amount changed to $450,000.")
    assert Opportunity.objects.get().amount_minor == 45_000_000
    _sees_nothing_of_it(visit, page.locator("[data-undo] [name=change]").get_attribute("value"))

    _latest(alices).get_by_role("button", name="Undo").click()
    expect(alices.get_by_role("alert")).to_contain_text("Somebody changed it since")
    wrong = wrong_here(alices, "changed since")
    expect(_latest(alices)).to_contain_text("$450,000")
    expect(_latest(alices)).to_contain_text("Bob")
    _latest(alices).get_by_role("button", name="Undo").click()
    expect(alices.get_by_role("status")).to_contain_text("Undone: amount is $3,000 again.")
    _latest(page).get_by_role("button", name="Undo").click()
    expect(page.get_by_role("alert")).to_contain_text("This was undone already.")
    assert _fact(page, "Amount") == "$3,000"
    assert wrong == []


def _sees_nothing_of_it(visit: Visit, change: str | None) -> None:
    """Charlie finds neither the deal nor its account, and takes nothing back."""
    assert change
    page = visit("charlie", "/requests/new?about=opportunity/d1")
    expect(page.locator("main")).not_to_contain_text("New crane")
    for place in ("", "?edit=amount_minor", f"?done={change}", "?part=opportunity_line"):
        assert is_nowhere(page, f"/opportunities/d1{place}"), place
    for place in ("/accounts/mill", "/contacts/eve", "/share/opportunity/d1"):
        assert is_nowhere(page, place), place
    edit = {"column": "amount_minor", "value": "1", "seen": "1", "do": "edit"}
    assert is_nowhere(page, "/opportunities/d1", **edit)
    assert is_nowhere(page, "/opportunities/d1", do="delete", reason="Mine")
    assert is_nowhere(page, "/undo/opportunity/d1", change=change)
    assert is_nowhere(page, f"/gone/opportunity/d1?done={change}")
    found = asked(page, "/find?q=New%20crane").text
    assert "Nothing is called so." in found or "crane" not in found


def test_an_account_is_found_while_one_types(deal: str, enter: Enter) -> None:
    page = enter(deal)
    sign_in(page, "bob@example.com")
    page.get_by_role("link", name="Change Account").click()
    page.get_by_label("Account", exact=True).fill("quay")
    page.get_by_label("Quay Ltd").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Account changed to Quay Ltd.")


def test_a_deal_is_deleted_with_a_reason_and_brought_back(deal: str, enter: Enter) -> None:
    page = enter(deal)
    sign_in(page, "bob@example.com")
    page.get_by_text("Delete this opportunity").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Say why it is deleted.")).to_be_visible()
    page.get_by_label("Why").fill("Twice")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("This opportunity is deleted.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("Undone: brought back.")


def test_without_script_all_of_it_is_possible(deal: str, enter: Enter) -> None:
    page = enter(deal, scripts=False)
    sign_in(page, "bob@example.com")
    page.get_by_role("link", name="Change Stage").click()
    page.get_by_label("Stage").select_option("Won")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("Undone: stage is New again.")
    page.goto(deal.replace("/opportunities/d1", "/accounts/mill"))
    page.get_by_role("link", name="New opportunity").click()
    page.get_by_label("Name").fill("Second crane")
    page.get_by_label("Amount").fill("USD 3.2m")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Second crane")).to_be_visible()
    assert Opportunity.objects.get(name="Second crane").account_id == "mill"


def test_the_pages_fit_and_are_accessible(deal: str, enter: Enter) -> None:
    page = enter(deal, strict=False)
    sign_in(page, "bob@example.com")
    start = deal.removesuffix("/opportunities/d1")
    places = [deal, *(f"{deal}?edit={c}" for c in ("stage", "amount_minor", "close_date"))]
    places += [f"{deal}?edit=account_id&find=m", f"{start}/accounts/mill"]
    places += [f"{start}/new/opportunity?account=mill"]
    assert [fault for where in places for fault in both_looks(page, where)] == []


def test_products_and_credit_are_edited_where_they_stand_and_undone_by_key(
    deal: str, enter: Enter
) -> None:
    page = enter(deal)
    sign_in(page, "dora@example.com")
    page.get_by_role("link", name="Change Crane").click()
    quantity = page.get_by_label("Quantity")
    quantity.fill("3")
    page.get_by_label("Unit price").fill("250.05")
    quantity.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Crane: quantity changed to 3.")
    table = page.get_by_role("group", name="Products")
    expect(table).to_contain_text("$750.15")
    expect(page.get_by_role("link", name="Change Crane")).to_be_focused()
    expect(page.get_by_text("These add up to $750.15; the deal has $1,000.")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_role("status")).to_contain_text("Undone: Crane")
    expect(table).to_contain_text("$1,000")

    page.get_by_role("link", name="Add to credit").click()
    page.get_by_role("combobox", name="Person", exact=True).select_option("Dora")
    page.get_by_label("Share").fill("25")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("The shares make 125 %, not 100 %.")).to_be_visible()
    page.get_by_role("link", name="Change Dora").click()
    page.get_by_role("button", name="Take away").click()
    expect(page.get_by_role("status")).to_contain_text("Dora: taken away.")
    expect(page.get_by_role("group", name="Credit")).not_to_contain_text("Dora")
