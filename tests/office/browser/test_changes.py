"""A change of the process is filed in a browser and its measured effect is read; its pages fit and are accessible."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from salesops.foundations.clock import system_clock
from salesops.jobs.kinds import KINDS
from salesops.jobs.worker import Worker
from salesops.records.folder import BOOK
from tests.browser.conftest import PHONE, Enter
from tests.browser.test_every_page import wrong_here
from tests.office.browser.test_signing_in import _sign_in as sign_in
from tests.office.improving import WANTED, draw_improving, employ

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_change_is_filed_and_its_measured_effect_is_read(
    address: str, enter: Enter, settings: Any, tmp_path: Path
) -> None:
    settings.SALESOPS_OFFICE = tmp_path
    draw_improving(tmp_path / BOOK)
    employ()
    page = enter(f"{address}/pipeline", strict=False)
    sign_in(page, "dora@example.com")
    page.wait_for_url(f"{address}/pipeline")
    page.get_by_role("navigation", name="Pipeline").get_by_role("link", name="Changes").click()
    page.get_by_role("link", name="File a change").first.click()
    page.get_by_label("In a few words").fill(WANTED["name"])
    page.get_by_label("What is done otherwise").fill(WANTED["what"])
    page.get_by_role("textbox", name="Why").fill(WANTED["why"])
    page.locator("[name=kpi]").select_option("win_rate")
    expect(page.get_by_text("In points. With a minus")).to_be_visible()
    page.locator("[name=expected]").fill("+30")
    page.locator("[name=starts_on]").fill(WANTED["starts_on"])
    page.locator("[name=last_on]").fill(WANTED["last_on"])
    page.locator("[name=teams][value=North]").check()
    wrong = wrong_here(page, "form")
    page.get_by_role("button", name="File it").click()
    expect(page.get_by_role("status")).to_contain_text("Created.")
    page.get_by_role("button", name="Measure").click()
    expect(page.locator(".far")).to_be_visible()
    assert Worker(KINDS, system_clock).run_one()
    expect(page.get_by_role("heading", name="It helped: +")).to_be_visible()
    page.get_by_text("The people compared").click()
    expect(page.get_by_role("link", name="Person n0", exact=True)).to_be_visible()
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.emulate_media(color_scheme="dark")
    wrong += wrong_here(page, "change on a phone")
    page.goto(f"{address}/changes")
    wrong += wrong_here(page, "changes on a phone")
    expect(page.get_by_role("row", name=WANTED["name"])).to_contain_text("It helped: +")
    assert wrong == []
