"""Every page fits at 390 and 1440 px in both themes, and axe finds nothing serious."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

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


Theme = Literal["light", "dark"]
LOOKS: tuple[tuple[tuple[int, int], Theme], ...] = ((DESK, "light"), (PHONE, "dark"))

# Colours pass into each other; what goes round for ever, as while something loads, is not waited for.
TURNED = """async () => {
    const passing = () => document.getAnimations().filter(
        (a) => a.playState === 'running' && a.effect.getComputedTiming().endTime !== Infinity);
    while (passing().length) await Promise.allSettled(passing().map((a) => a.finished));
}"""


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
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    wrong += [
        f"{where} {v['id']}: {v['nodes'][0]['html'][:160]}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
    ]
    return wrong


def in_both_looks(page: Page, where: str) -> list[str]:
    """What is wrong with the page as it is, wide and light or on a phone in the dark; wide and light again afterwards."""
    wrong = []
    for look in LOOKS:
        _turn_to(page, *look)
        wrong += [f"{look[1]}: {fault}" for fault in wrong_here(page, where)]
    _turn_to(page, *LOOKS[0])
    return wrong


def _turn_to(page: Page, size: tuple[int, int], theme: Theme) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=theme)
    page.evaluate(TURNED)


def both_looks(page: Page, where: str) -> list[str]:
    """The same of the page at an address."""
    page.goto(where)
    return in_both_looks(page, where)


def test_every_page_fits_and_is_accessible(sample_link: str, enter: Enter) -> None:
    page = enter(sample_link, strict=False)
    wrong = [w for where in _places(page, sample_link) for w in both_looks(page, where)]
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
