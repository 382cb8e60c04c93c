"""Duplicates in a browser: chosen in a list or proposed, merged with a choice, and taken apart again, by whose they are
and by who leads them; compared by who only looks, and unknown to a stranger."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from salesops.records.duplicate import LookAlike, Merge
from salesops.records.models import Account
from tests.browser.conftest import Enter
from tests.browser.test_every_page import both_looks, in_both_looks, wrong_here
from tests.office.browser.asking import asked, is_nowhere
from tests.office.browser.conftest import Visit
from tests.office.browser.test_signing_in import _sign_in as sign_in
from tests.office.selling import follow_now, sell

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WHY = [["Name", "the same", 11.6], ["Telephone", "different", -2.0]]


@pytest.fixture
def start(address: str) -> str:
    """Where an office is in which a customer of Bob's stands twice."""
    sell()
    for key, name, phone in (
        ("bob-account", "Mill & Sons", "555 0100"),
        ("twice", "MILL AND SONS", "555 0199"),
    ):
        Account.objects.create(id=key, name=name, phone=phone, owner_id="bob")
    LookAlike.objects.create(
        noun="account", left="bob-account", right="twice", entity="bob-account", weight=9.0,
        probability=0.998, why=WHY,
    )  # fmt: skip
    follow_now()
    return address


def _phone() -> str | None:
    found: str | None = Account.objects.get(pk="bob-account").phone
    return found


def test_merged_with_a_choice_undone_by_key_and_taken_apart_where_it_stayed(
    start: str, visit: Visit
) -> None:
    anas = visit("ana", "/duplicates/account/merge?key=bob-account&key=twice", strict=False)
    expect(anas.get_by_role("alert")).to_contain_text("You may compare these, but not merge them.")
    expect(anas.get_by_role("group", name="Beside each other")).to_contain_text("555 0199")
    expect(anas.get_by_role("button", name="Merge", exact=True)).to_have_count(0)
    wrong = wrong_here(anas, "compared")
    page = visit("bob", "/duplicates")
    page.get_by_role("link", name="Merge …").click()
    page.get_by_label("Telephone: 555 0199").check()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Merged into Mill & Sons.")
    assert _phone() == "555 0199"
    page.keyboard.press("z")
    expect(page.get_by_role("status")).to_contain_text("Taken apart.")
    assert _phone() == "555 0100"

    page.goto(f"{start}/accounts")
    for name in ("Choose Mill & Sons", "Choose MILL AND SONS"):
        page.get_by_label(name).check()
    page.get_by_role("button", name="Merge …").click()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Merged into")

    change = Merge.objects.get(ended_by=None).change_id
    _sees_nothing_of_it(visit, change)
    decided = asked(anas, "/duplicates/decided").text
    assert ("merged into" in decided, "Take apart" in decided) == (True, False)
    alices = visit("alice", "/accounts/twice", strict=False)
    expect(alices).to_have_url(re.compile("/accounts/bob-account$"))
    expect(alices.get_by_role("region", name="What changed").get_by_role("button")).to_have_count(0)
    wrong += wrong_here(alices, "merged into this")
    Account.objects.filter(pk="twice").update(owner_id="dora")
    alices.reload()
    expect(alices.get_by_role("region", name="Merged into this")).to_contain_text("MILL AND SONS")
    expect(alices.get_by_role("button", name="Take apart")).to_have_count(0)
    Account.objects.filter(pk="twice").update(owner_id="bob")
    alices.reload()
    alices.get_by_role("button", name="Take apart").click()
    expect(alices.get_by_role("status")).to_contain_text("1 account is there again")
    assert not Merge.objects.filter(ended_by=None).exists()
    again = asked(page, f"/duplicates/taken-back/{change}", on="")
    assert (again.status, "This was taken back already." in again.text) == (400, True)
    assert wrong == []


def _sees_nothing_of_it(visit: Visit, change: int) -> None:
    """Charlie finds neither what was merged nor that it was."""
    page = visit("charlie", "/requests/new")
    for key in ("bob-account", "twice"):
        assert is_nowhere(page, f"/accounts/{key}")
    both = "/duplicates/account/merge"
    assert is_nowhere(page, f"{both}?key=bob-account&key=twice")
    assert is_nowhere(page, f"/duplicates/taken-back/{change}", on="")
    for place in (
        "/duplicates",
        f"/duplicates?done={change}",
        "/duplicates/decided",
        "/accounts",
        "/find?q=Mill",
    ):
        assert "Mill" not in asked(page, place).text, place


def test_nothing_is_wrong_with_the_pages(start: str, enter: Enter) -> None:
    page = enter(f"{start}/duplicates")
    sign_in(page, "bob@example.com")
    wrong = both_looks(page, f"{start}/duplicates")
    wrong += both_looks(page, f"{start}/duplicates/account/merge?key=bob-account&key=twice")
    page.get_by_role("button", name="Merge", exact=True).click()
    wrong += in_both_looks(page, "merged")
    wrong += both_looks(page, f"{start}/duplicates/decided")
    wrong += both_looks(page, f"{start}/accounts/bob-account")
    assert not wrong, "\n".join(wrong)
