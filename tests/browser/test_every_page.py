"""Every page fits at 390 and 1440 px in both themes, and axe finds nothing serious."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE, Enter, site

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PLACES = (
    "",
    "found",
    "open",
    "numbers",
    "numbers/win_rate?by=person&compare=year",
    "numbers/quota_attainment",
    "numbers/ltv",
    "numbers/win_rate/rows",
    "pipeline?by=team&before=2026-03-31",
    "what-changed?closing=this_quarter&by=team&box=won",
    "funnel?by=team&stage=Proposal",
    "process-map?with=meeting&from=Prospecting&to=Discovery",
    "bottlenecks",
    "people-compared?period=all",
    "opportunities",
    "opportunities?outcome=won&sort=-value&q=a",
    "accounts",
    "people",
    "clean-data",
    "clean-data/close_date_past",
    "data",
    "settings",
    "opportunities?q=nothing-is-called-so",
)
RECORDS = ("opportunities", "accounts", "people")


def _places(page: Page, link: str) -> list[str]:
    """Every kind of page, with one record of each kind."""
    found = [f"{site(link)}/{place}" for place in PLACES]
    for kind in RECORDS:
        page.goto(f"{site(link)}/{kind}")
        target = page.locator("a.row").first.get_attribute("href")
        found.append(f"{site(link)}{target}")
    return found


def _seen(page: Page, where: str) -> list[str]:
    """What is wrong with the page: sideways scroll, and what axe calls serious or critical."""
    page.goto(where)
    return wrong_here(page, where)


def wrong_here(page: Page, where: str) -> list[str]:
    """The same of the page as it is."""
    page.wait_for_load_state("networkidle")
    wrong = []
    too_wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    if too_wide > 0:
        wrong.append(f"{where} scrolls sideways by {too_wide} px")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    wrong += [
        f"{where} {v['id']}: {v['nodes'][0]['html'][:160]}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]
    return wrong


@pytest.mark.parametrize(
    ("size", "theme"), [(DESK, "light"), (PHONE, "dark")], ids=["1440-light", "390-dark"]
)
def test_every_page_fits_and_is_accessible(
    sample_link: str, enter: Enter, size: tuple[int, int], theme: str
) -> None:
    page = enter(sample_link, size=size, theme=theme, strict=False)
    wrong = [w for where in _places(page, sample_link) for w in _seen(page, where)]
    assert wrong == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_palette_and_the_keys_are_accessible(
    sample_link: str, enter: Enter, theme: str
) -> None:
    page = enter(sample_link, theme=theme, strict=False)
    for key, dialog in (("Control+k", "#palette"), ("?", "#keys")):
        page.keyboard.press(key)
        page.locator(dialog).wait_for(state="visible")
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert [
            v["id"] for v in found["violations"] if v["impact"] in ("serious", "critical")
        ] == []
        page.keyboard.press("Escape")
        page.locator(dialog).wait_for(state="hidden")
