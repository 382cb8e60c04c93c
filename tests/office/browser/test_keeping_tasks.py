"""Tasks and the palette of an office in a browser: planned, done by one key, undone; found with a letter wrong."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from salesops.records.models import Activity, Opportunity
from tests.browser.conftest import Enter
from tests.browser.test_every_page import both_looks, in_both_looks
from tests.office.browser.test_signing_in import _sign_in as sign_in
from tests.office.selling import follow_now, sell

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def start(address: str) -> str:
    """Where an office is whose Bob sells."""
    sell()
    Opportunity.objects.filter(pk="mill").update(name="Lighthouse")
    follow_now()
    return address


def test_a_task_is_planned_from_what_the_palette_found_done_by_a_key_and_undone(
    start: str, enter: Enter
) -> None:
    page = enter(f"{start}/opportunities")
    sign_in(page, "bob@example.com")
    page.wait_for_url(f"{start}/opportunities")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette input")).to_be_focused()
    page.keyboard.type("lihgthouse")
    expect(page.get_by_role("option", name="Lighthouse")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{start}/opportunities/mill")
    page.get_by_role("link", name="New task").click()
    page.get_by_label("What").fill("Call the buyer")
    page.get_by_label("Day").fill("2026-01-05")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Planned: Call the buyer.")

    page.goto(f"{start}/tasks")
    due = page.get_by_role("link", name="Tasks 1 due")
    expect(due).to_be_visible()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Call the buyer")).to_be_focused()
    page.keyboard.press("d")
    expect(page.get_by_role("status")).to_contain_text("Done: Call the buyer.")
    expect(due).to_be_hidden()
    assert Activity.objects.get().is_done
    page.keyboard.press("z")
    expect(page.get_by_role("status")).to_contain_text("Undone: Call the buyer.")
    expect(due).to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.get_by_role("group", name="Recently seen")).to_contain_text("Lighthouse")


def test_the_pages_of_tasks_fit_and_are_accessible(start: str, enter: Enter) -> None:
    for key, done in (("late", False), ("did", True)):
        Activity.objects.create(
            id=key, kind="call", subject="A call that takes long to describe " * 4, owner_id="bob",
            opportunity_id="mill", is_done=done, occurred_at="2026-01-05T00:00:00Z",
        )  # fmt: skip
    page = enter(f"{start}/tasks", strict=False)
    sign_in(page, "bob@example.com")
    places = ["/tasks", "/activities/late", "/activities/late?edit=occurred_at"]
    places += ["/opportunities/mill", "/activities/new?about=opportunity%2Fmill"]
    places += ["/account/calendar", "/"]
    wrong = [fault for place in places for fault in both_looks(page, f"{start}{place}")]
    page.keyboard.press("Control+k")
    expect(page.get_by_role("group", name="Recently seen")).to_contain_text("Lighthouse")
    wrong += in_both_looks(page, "palette")
    page.keyboard.type("zzzz")
    expect(page.get_by_text("Nothing is called so.")).to_be_visible()
    wrong += in_both_looks(page, "palette with nothing found")
    assert wrong == []
