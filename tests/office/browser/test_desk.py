"""A request from the form to closed, in a browser, as who asks, as who answers and as others, who hear nothing of it; and
its pages fit and are accessible."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from salesops.records.models import CannedAnswer, Opportunity, Request
from tests.browser.conftest import Enter
from tests.browser.test_every_page import both_looks, wrong_here
from tests.office.browser.asking import asked as answer_to
from tests.office.browser.asking import is_nowhere
from tests.office.browser.conftest import Visit
from tests.office.browser.test_signing_in import _sign_in as sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_request_goes_from_the_form_to_closed(address: str, visit: Visit) -> None:
    Opportunity.objects.create(id="d1", name="New crane", owner_id="bob")
    CannedAnswer.objects.create(title="Done", text="It is done.")
    bob = visit("bob", "/requests/new?about=opportunity/d1")
    bob.get_by_label("Data fix").check()
    bob.get_by_label("In a few words").fill("Wrong stage")
    bob.get_by_label("What you need").fill("It is won.")
    bob.get_by_role("button", name="Send").click()
    expect(bob.get_by_role("status")).to_contain_text("Expect a first answer by")
    asked = Request.objects.get()

    for name in ("charlie", "alice"):
        _hears_nothing_of_it(visit, name, asked)
    dora = visit("dora", "/requests?view=unassigned")
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


def _hears_nothing_of_it(visit: Visit, name: str, asked: Request) -> None:
    """Neither a stranger nor who leads the asker is shown a request, counts it, answers it or takes it back."""
    page = visit(name, "/requests?view=all&state=any", strict=False)
    expect(page.get_by_role("heading", level=2)).to_contain_text("Nothing fits these filters")
    wrong = wrong_here(page, f"requests of {name}")
    for place in ("", "?done=1", "?asked=1"):
        assert is_nowhere(page, f"/requests/{asked.pk}{place}"), place
    page.goto(page.url.partition("?")[0] + "/new")
    for do in ("take", "answer", "close", "reopen", "undo"):
        assert is_nowhere(page, f"/requests/{asked.pk}", do=do, text="Mine", change="1")
    for place in ("effectiveness", "settings"):
        assert answer_to(page, f"/requests/{place}").status in (404, 422), place
    assert wrong == []


def test_the_desks_pages_fit_and_are_accessible(address: str, enter: Enter) -> None:
    page = enter(f"{address}/requests/new", strict=False)
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
        w for p in places for w in both_looks(page, f"{address}/requests/{p}".replace("/?", "?"))
    ]
    assert wrong == []
