"""Arranging the office in a browser: people and stages are moved by drag and by menu, and what was done is audited."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from salesops.records.models import CustomField, Person, PipelineStage
from tests.browser.conftest import Enter
from tests.browser.test_every_page import _seen as wrong_with
from tests.browser.test_every_page import both_looks
from tests.office.browser.test_signing_in import _sign_in as sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _manager(key: str) -> str | None:
    found: str | None = Person.objects.get(pk=key).manager_id
    return found


def test_somebody_is_moved_by_drag_and_by_menu(address: str, enter: Enter) -> None:
    for key in ("eve", "fay"):
        Person.objects.create(id=key, name=key.title(), manager_id="dora", team="West")
    page = enter(f"{address}/organisation")
    sign_in(page, "dora@example.com")
    page.goto(f"{address}/organisation")
    page.locator("[data-node=bob] > .one").drag_to(page.locator("[data-node=eve] > .one"))
    expect(page.get_by_role("heading", name="Move Bob")).to_be_visible()
    expect(page.get_by_text("Bob reports to Eve")).to_be_visible()
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Moved.")
    assert _manager("bob") == "eve"
    page.keyboard.press("z")
    expect(page.get_by_role("status")).to_contain_text("Taken back")
    assert _manager("bob") is None

    page.get_by_role("link", name="Move Bob").click()
    page.get_by_label("Reports to").select_option(label="Fay, West")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="See what changes").click()
    page.get_by_label("Why").fill("Closer to the customer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Moved.")
    assert _manager("bob") == "fay"
    page.goto(f"{address}/audit")
    expect(page.get_by_text("“Closer to the customer”")).to_be_visible()


def _order() -> list[str]:
    return list(PipelineStage.objects.order_by("position").values_list("pk", flat=True))


def test_stages_are_reordered_by_drag_and_by_keyboard(address: str, enter: Enter) -> None:
    for position, name in enumerate(("New", "Pitched", "Won"), 1):
        PipelineStage.objects.create(
            id=name.lower(), pipeline="Sales", stage=name, position=position
        )
    page = enter(f"{address}/pipelines")
    sign_in(page, "dora@example.com")
    page.goto(f"{address}/pipelines")
    page.locator("[data-stage=won] th").drag_to(page.locator("[data-stage=new] th"))
    expect(page.get_by_role("status")).to_contain_text("another order")
    assert _order() == ["won", "new", "pitched"]
    page.get_by_role("button", name="Move Won down").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-stage=new][data-place='1']")).to_be_visible()
    assert _order() == ["new", "won", "pitched"]
    page.keyboard.press("z")
    expect(page.locator("[data-stage=won][data-place='1']")).to_be_visible()
    assert wrong_with(page, f"{address}/pipelines?edit=won") == []


def test_a_field_is_defined_asked_for_its_choices_and_undone(address: str, enter: Enter) -> None:
    page = enter(f"{address}/custom-fields")
    sign_in(page, "dora@example.com")
    page.goto(f"{address}/custom-fields")
    card = page.locator("section[aria-labelledby=n-lead]")
    card.get_by_text("Add a field").click()
    expect(card.locator("[name=choices]")).to_be_hidden()
    card.get_by_label("Kind").select_option("choice")
    card.locator("[name=choices]").fill("Hot\nCold")
    card.locator("[name=label]").fill("Heat")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Heat: Created")
    assert CustomField.objects.get(pk="lead.heat").offered == ["Hot", "Cold"]
    page.keyboard.press("z")
    expect(card.get_by_text("none of your own yet")).to_be_visible()
    assert CustomField.objects.get(pk="lead.heat").deleted_at is not None


def test_the_pages_are_accessible_and_fit(address: str, enter: Enter) -> None:
    CustomField.objects.create(
        id="account.tier", noun="account", key="tier", label="Tier", kind="choice", choices="A\nB", is_active=True
    )  # fmt: skip
    page = enter(f"{address}/audit")
    sign_in(page, "dora@example.com")
    wrong = []
    for place in (
        "/organisation",
        "/organisation/people/bob?edit=name",
        "/organisation/move?person=bob&manager=dora&look=1",
        "/organisation/team?team=East&name=West&look=1",
        "/audit",
        "/audit/seen",
        "/custom-fields?edit=account.tier",
        "/settings",
        "/erasures?find=bob",
        "/erasures/new?of=person/bob",
    ):
        wrong += both_looks(page, f"{address}{place}")
    assert wrong == []
