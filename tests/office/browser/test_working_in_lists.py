"""Working in the lists of an office in a browser as people do it: in the row, many at once, and on the board; and what
somebody above and a stranger see of it meanwhile."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from salesops.records.models import Account, Opportunity
from salesops.records.saved_view import SavedView
from tests.browser.conftest import Enter
from tests.browser.test_every_page import both_looks, in_both_looks, wrong_here
from tests.office.browser.asking import asked, is_nowhere, palette_finds_nothing
from tests.office.browser.conftest import Visit
from tests.office.browser.test_signing_in import _sign_in as sign_in
from tests.office.selling import follow_now, sell

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def start(address: str) -> str:
    """Where an office is whose Bob has three deals of his own."""
    sell()
    Opportunity.objects.exclude(owner="bob").delete()
    Account.objects.create(id="bob-account", name="Mill & Sons", owner_id="bob")
    follow_now()
    return address


def _stage(key: str) -> str:
    return str(Opportunity.objects.get(pk=key).stage)


def test_in_the_row_many_at_once_and_on_the_board(start: str, visit: Visit) -> None:
    page = visit("bob", "/opportunities?sort=value")
    row = page.locator("[data-row=mill]")
    row.locator("[data-cell=stage]").focus()
    page.keyboard.press("Enter")
    chosen = row.get_by_label("Stage of Mill")
    expect(chosen).to_be_focused()
    chosen.press("Escape")
    expect(row.locator("[data-cell=stage]")).to_be_focused()
    page.keyboard.press("Enter")
    chosen.select_option("Offer")
    row.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Mill: Stage changed to Offer.")
    expect(row).to_contain_text("Saved; numbers follow")
    page.keyboard.press("z")
    expect(page.get_by_role("status")).to_contain_text("stage is New again")
    assert page.url == f"{start}/opportunities?sort=value"

    row.get_by_role("link", name="Mill", exact=True).focus()
    page.keyboard.press("x")
    expect(page.get_by_text("1 chosen")).to_be_visible()
    page.keyboard.press("x")
    expect(page.get_by_role("button", name="Go on")).to_be_hidden()
    page.get_by_label("Choose Bob's deal").check()
    page.get_by_label("Choose Quay").click(modifiers=["Shift"])
    expect(page.get_by_text("3 chosen")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Stage of all of them").select_option("Offer")
    page.get_by_role("button", name="See what changes").click()
    expect(page.locator(".sum")).to_contain_text("2 opportunities worth $3K")
    page.get_by_role("button", name="Change 2 opportunities").click()
    expect(page.get_by_role("status")).to_contain_text("2 opportunities: stage changed to Offer.")
    assert [_stage(k) for k in ("bob-deal", "mill", "quay")] == ["Offer"] * 3
    page.keyboard.press("z")
    expect(page.get_by_role("status")).to_contain_text("Undone: 2 are as they were.")
    assert [_stage(k) for k in ("bob-deal", "mill", "quay")] == ["New", "New", "Offer"]

    page.get_by_role("link", name="Board").click()
    page.locator("[data-card=mill]").get_by_role("link", name="Mill", exact=True).focus()
    for key in ("m", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("status").filter(has_text="Mill")).to_contain_text("changed to Won.")
    expect(page.locator("[data-stage=Won] [data-card=mill]")).to_be_visible()
    expect(page.get_by_role("link", name="Mill", exact=True)).to_be_focused()
    page.keyboard.press("z")
    expect(page.locator("[data-stage=New] [data-card=mill]")).to_be_visible()
    page.locator("[data-card=mill]").drag_to(page.locator("[data-stage=Lost]"))
    expect(page.locator("[data-stage=Lost] [data-card=mill]")).to_be_visible()
    assert _stage("mill") == "Lost"

    change = page.locator("[data-undo] [name=change]").get_attribute("value")
    assert change
    _leads_whose_it_is(visit, page)
    _sees_nothing_of_it(visit, change)


def _leads_whose_it_is(visit: Visit, bobs: Page) -> None:
    """Alice finds what Bob did on her board, moves the card on, which Bob is told, and edits in her list."""
    page = visit("alice", "/board")
    card = page.locator("[data-stage=Lost] [data-card=mill]")
    card.get_by_role("link", name="Mill", exact=True).focus()
    for key in ("m", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("[data-stage=Won] [data-card=mill]")).to_be_visible()
    bobs.bring_to_front()
    bobs.locator("[data-card=mill]").drag_to(bobs.locator("[data-stage=New]"))
    expect(bobs.get_by_role("alert")).to_contain_text("Alice moved “Mill” to Won meanwhile.")
    expect(bobs.locator("[data-stage=Won] [data-card=mill]")).to_be_visible()

    page.goto(page.url.replace("/board", "/opportunities?q=Mill"))
    row = page.locator("[data-row=mill]")
    row.locator("[data-cell=stage]").click()
    row.get_by_label("Stage of Mill").select_option("Offer")
    row.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Mill: Stage changed to Offer.")
    page.keyboard.press("z")
    expect(page.get_by_role("status")).to_contain_text("stage is Won again")
    told = asked(page, "/opportunities/mill").text
    assert "Lost became Won" in told.replace("→ ", "")
    assert "Alice Browser" in told
    assert _stage("mill") == "Won"


def _sees_nothing_of_it(visit: Visit, change: str) -> None:
    """Charlie finds no deal of Bob's in the list, on the board, in the palette, by address, or by taking back what
    Bob did."""
    page = visit("charlie", "/board", strict=False)
    expect(page.locator("[data-card]")).to_have_count(0)
    wrong = wrong_here(page, "an empty board")
    palette_finds_nothing(page, "Mill")
    page.goto(page.url.replace("/board", "/opportunities"))
    expect(page.get_by_role("row", name="Mill")).to_have_count(0)
    wrong += wrong_here(page, "an empty list")
    for place in ("?q=Mill", "?edit=mill&fact=stage", "?export=csv", "?done={change}&at=mill"):
        assert "Mill" not in asked(page, f"/opportunities{place}".format(change=change)).text, place
    for form in ({"key": "mill", "column": "stage", "value": "New"}, {"key": "mill", "do": "edit"}):
        assert is_nowhere(page, "/opportunities", **form)
    assert is_nowhere(page, "/board", key="mill", stage="New", seen="1")
    for undo in ("/undo/in/opportunity", "/undo/opportunity/mill"):
        assert is_nowhere(page, undo, change=change, key="mill", on="board")
    many = asked(page, "/change/opportunity", key="mill", column="stage", value="New", do="preview")
    assert (many.status, "Mill" in many.text) == (422, False)
    page.goto(page.url.replace("/opportunities", "/opportunities/mill"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing is here")
    expect(page.get_by_text("is not among what you may see")).to_be_visible()
    wrong += wrong_here(page, "nothing is here")
    assert wrong == []
    assert _stage("mill") == "Won"


def test_the_pages_fit_and_are_accessible(start: str, enter: Enter) -> None:
    page = enter(f"{start}/opportunities", strict=False)
    sign_in(page, "bob@example.com")
    page.goto(f"{start}/opportunities?stage=New")
    page.locator("summary", has_text="Views").click()
    page.get_by_label("Save this list as").fill("Early")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("navigation", name="Views")).to_contain_text("Early 2")
    view = SavedView.objects.get()
    places = [f"/opportunities?{view.query}&view={view.pk}", "/opportunities?edit=mill&fact=stage"]
    places += [
        "/opportunities?edit=mill&fact=amount_minor",
        "/accounts",
        "/board",
        "/board?move=mill",
    ]
    wrong = [fault for place in places for fault in both_looks(page, f"{start}{place}")]
    page.goto(f"{start}/opportunities")
    page.locator("summary", has_text="Views").click()
    wrong += in_both_looks(page, "views")
    page.locator("summary", has_text="Views").click()
    page.get_by_label("Choose Mill").check()
    wrong += in_both_looks(page, "chosen")
    page.get_by_role("button", name="Go on").click()
    page.get_by_role("button", name="See what changes").click()
    wrong += in_both_looks(page, "what changes")
    assert wrong == []
