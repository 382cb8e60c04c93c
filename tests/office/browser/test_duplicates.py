"""Duplicates in a browser: chosen in a list or proposed, merged with a choice, and taken apart again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from salesops.records.duplicate import LookAlike, Merge
from salesops.records.models import Account
from tests.browser.conftest import DESK, PHONE, Enter
from tests.browser.test_every_page import _seen as wrong_with
from tests.browser.test_every_page import wrong_here
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
    start: str, enter: Enter
) -> None:
    page = enter(f"{start}/duplicates")
    sign_in(page, "bob@example.com")
    page.goto(f"{start}/duplicates")
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
    page.goto(f"{start}/accounts/twice")
    expect(page).to_have_url(re.compile("/accounts/bob-account$"))
    page.get_by_role("button", name="Take apart").click()
    expect(page.get_by_role("status")).to_contain_text("1 account is there again")
    assert not Merge.objects.filter(ended_by=None).exists()


@pytest.mark.parametrize(
    ("size", "theme"), [(DESK, "light"), (PHONE, "dark")], ids=["1440-light", "390-dark"]
)
def test_nothing_is_wrong_with_the_pages(
    start: str, enter: Enter, size: tuple[int, int], theme: str
) -> None:
    page = enter(f"{start}/duplicates", size=size, theme=theme)
    sign_in(page, "bob@example.com")
    wrong = wrong_with(page, f"{start}/duplicates")
    wrong += wrong_with(page, f"{start}/duplicates/account/merge?key=bob-account&key=twice")
    page.get_by_role("button", name="Merge", exact=True).click()
    wrong += wrong_here(page, "merged")
    wrong += wrong_with(page, f"{start}/duplicates/decided")
    wrong += wrong_with(page, f"{start}/accounts/bob-account")
    assert not wrong, "\n".join(wrong)
