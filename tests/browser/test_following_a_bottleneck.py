"""A bottleneck is followed to its deals, and its page is readable on a desk and a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter, serving, site
from tests.browser.test_every_page import in_both_looks
from tests.pipeline.waiting import SLOW
from tests.web.conftest import published

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def slow_link(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The link to a book in which one stage became slow."""
    root: Path = tmp_path_factory.mktemp("slow")
    published(root / "book", **SLOW)
    with serving(root / "book", root) as link:
        yield link


def test_a_bottleneck_leads_down_to_one_deal_and_its_history(slow_link: str, enter: Enter) -> None:
    page = enter(slow_link)
    page.locator(".nav").get_by_role("link", name="Pipeline").click()
    page.get_by_role("navigation", name="Pipeline").get_by_role("link", name="Bottlenecks").click()
    expect(page.get_by_role("article")).to_contain_text("Discovery, Q2 2026")
    page.get_by_role("link", name="deals there now").click()
    deal = page.get_by_role("group", name="Deals").locator("tbody a").first
    name = deal.inner_text()
    deal.click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    expect(page.locator("svg.life")).to_be_visible()


def test_its_page_fits_and_can_be_read(slow_link: str, enter: Enter) -> None:
    page = enter(slow_link, strict=False)
    where = f"{site(slow_link)}/bottlenecks?finding=Discovery~wait~2026Q2"
    page.goto(where)
    assert in_both_looks(page, where) == []
