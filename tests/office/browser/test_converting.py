"""A lead becomes a customer in a browser, by keyboard where it is quickest, and is a lead again by Z."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from salesops.records.models import Account, Lead, Opportunity
from tests.browser.conftest import PHONE, Enter
from tests.browser.test_every_page import wrong_here
from tests.office.browser.test_signing_in import _sign_in as sign_in
from tests.office.selling import sell

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_lead_is_converted_to_an_account_found_by_name_and_that_is_undone(
    address: str, enter: Enter
) -> None:
    sell()
    Account.objects.create(id="quay", name="Quay Ltd", owner_id="bob")
    Lead.objects.create(id="lou", name="Lou Vane", company="Vane", email="l@vane.example", owner_id="bob")  # fmt: skip
    page = enter(f"{address}/leads/lou", size=PHONE, theme="dark", strict=False)
    sign_in(page, "bob@example.com")
    page.wait_for_url(f"{address}/leads/lou")
    wrong = wrong_here(page, "lead")
    page.get_by_role("link", name="Convert", exact=True).click()
    expect(page.get_by_label("A new account")).to_be_checked()
    page.get_by_label("Another account").check()
    page.get_by_role("searchbox", name="Account").press_sequentially("qua")
    page.get_by_label("Quay Ltd").check()
    page.get_by_label("Amount").fill("USD 12k")
    wrong += wrong_here(page, "convert")
    page.get_by_role("button", name="Convert").click()
    expect(page.get_by_role("status")).to_contain_text("The lead is converted.")
    expect(page.get_by_role("note")).to_contain_text(
        "to account Quay Ltd, contact Lou Vane and opportunity Vane."
    )
    assert Opportunity.objects.get(name="Vane").amount_minor == 1_200_000
    page.keyboard.press("z")
    expect(page.get_by_role("status")).to_contain_text("not converted any more")
    expect(page.get_by_role("link", name="Convert", exact=True)).to_be_visible()
    assert Opportunity.objects.get(name="Vane").deleted_at is not None
    assert wrong == []
