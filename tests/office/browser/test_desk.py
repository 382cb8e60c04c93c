"""A request from the form to closed, in a browser, as who asks and as who answers; and its pages fit and are accessible."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from salesops.records.models import CannedAnswer, Opportunity, Request
from tests.browser.conftest import DESK, PHONE, Enter
from tests.browser.test_every_page import _seen as wrong_with
from tests.office.browser.test_signing_in import _sign_in as sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_request_goes_from_the_form_to_closed(address: str, enter: Enter) -> None:
    Opportunity.objects.create(id="d1", name="New crane", owner_id="bob")
    CannedAnswer.objects.create(title="Done", text="It is done.")
    bob = enter(f"{address}/requests/new?about=opportunity/d1")
    sign_in(bob, "bob@example.com")
    bob.goto(f"{address}/requests/new?about=opportunity/d1")
    bob.get_by_label("Data fix").check()
    bob.get_by_label("In a few words").fill("Wrong stage")
    bob.get_by_label("What you need").fill("It is won.")
    bob.get_by_role("button", name="Send").click()
    expect(bob.get_by_role("status")).to_contain_text("Expect a first answer by")
    asked = Request.objects.get()

    dora = enter(f"{address}/requests")
    sign_in(dora, "dora@example.com")
    dora.goto(f"{address}/requests?view=unassigned")
    dora.get_by_role("button", name="Take").click()
    expect(dora.get_by_role("status")).to_contain_text("Given to Dora")
    dora.keyboard.press("z")
    expect(dora.get_by_role("status")).to_contain_text("Taken back")
    dora.goto(f"{address}/requests")
    dora.bring_to_front()
    dora.keyboard.press("j")
    dora.keyboard.press("e")
    text = dora.get_by_label("Answer to Bob")
    expect(text).to_be_focused()
    dora.get_by_label("An answer kept").select_option("Done")
    expect(text).to_have_value("It is done.")
    dora.get_by_label("State").last.select_option("Solved")
    dora.get_by_label("Minutes spent").fill("15")
    dora.get_by_role("button", name="Save").click()
    expect(dora.get_by_role("status")).to_contain_text("Solved. 15 min spent")
    dora.goto(f"{address}/requests/effectiveness")
    dora.get_by_role("link", name="100 %").first.click()
    expect(dora.get_by_role("link", name=f"{asked} Wrong stage")).to_be_visible()

    bob.goto(f"{address}/requests/{asked.pk}")
    expect(bob.get_by_text("It is done.")).to_be_visible()
    bob.get_by_role("button", name="It is settled").click()
    expect(bob.get_by_role("status")).to_contain_text("Closed")
    asked.refresh_from_db()
    assert (asked.state, asked.effort_minutes, asked.answered_at) == (
        "closed", 15, asked.solved_at,
    )  # fmt: skip


@pytest.mark.parametrize(("size", "theme"), [(DESK, "light"), (PHONE, "dark")])
def test_the_desks_pages_fit_and_are_accessible(
    address: str, enter: Enter, size: tuple[int, int], theme: str
) -> None:
    page = enter(f"{address}/requests/new", size=size, theme=theme, strict=False)
    sign_in(page, "dora@example.com")
    page.goto(f"{address}/requests/new")
    page.get_by_label("Report").check()
    page.get_by_label("In a few words").fill("Every open deal of the east by industry and owner")
    page.get_by_label("What you need").fill("x" * 200)
    page.get_by_role("button", name="Send").click()
    page.wait_for_load_state("networkidle")
    key = Request.objects.get().pk
    places = ("new", "effectiveness?by=kind", "settings", str(key), f"?open={key}&view=all")
    wrong = [
        w for p in places for w in wrong_with(page, f"{address}/requests/{p}".replace("/?", "?"))
    ]
    assert wrong == []
