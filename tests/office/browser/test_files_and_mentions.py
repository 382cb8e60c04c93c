"""A file kept with a deal and a colleague mentioned by @, in a browser and by keyboard, and found by who was mentioned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Enter
from tests.browser.test_every_page import _seen as wrong_with
from tests.browser.test_every_page import wrong_here
from tests.office.browser.test_signing_in import _sign_in as sign_in
from tests.office.selling import follow_now, sell

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_file_is_attached_and_had_and_who_is_mentioned_finds_the_note(
    address: str, enter: Enter, settings: Any, tmp_path: Path
) -> None:
    settings.SALESOPS_OFFICE = tmp_path / "office"
    sell()
    follow_now()
    (tmp_path / "offer.html").write_text("<h1>Offer</h1>")

    page = enter(f"{address}/opportunities/mill")
    sign_in(page, "bob@example.com")
    page.wait_for_url(f"{address}/opportunities/mill")
    expect(page.get_by_role("button", name="Attach")).to_be_hidden()
    page.get_by_label("Choose files").set_input_files(tmp_path / "offer.html")
    page.get_by_role("button", name="Attach").click()
    expect(page.get_by_role("status")).to_contain_text("Attached offer.html.")
    with page.expect_download() as having:
        page.get_by_role("link", name="offer.html").click()
    assert having.value.suggested_filename == "offer.html"
    assert Path(having.value.path()).read_text() == "<h1>Offer</h1>"

    page.get_by_role("link", name="New task").click()
    page.get_by_label("What").press_sequentially("Look at it, @do")
    expect(page.get_by_role("option", name="Dora Administrator")).to_have_attribute(
        "aria-selected", "true"
    )
    page.keyboard.press("Enter")
    expect(page.get_by_label("What")).to_have_value("Look at it, @Dora ")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status")).to_contain_text("Planned: Look at it, @Dora")

    doras = enter(f"{address}/tasks", size=PHONE, theme="dark", strict=False)
    sign_in(doras, "dora@example.com")
    doras.wait_for_url(f"{address}/tasks")
    expect(doras.get_by_role("button", name="Menu, 1 due")).to_be_visible()
    wrong = wrong_here(doras, "for you")
    doras.get_by_role("link", name="Look at it, @Dora").click()
    expect(doras.get_by_role("heading", level=1)).to_contain_text("Look at it")
    expect(doras.get_by_role("button", name="Menu", exact=True)).to_be_visible()
    wrong += wrong_with(doras, f"{address}/opportunities/mill")
    expect(doras.get_by_role("link", name="offer.html", exact=True)).to_be_visible()
    assert wrong == []
