"""Looking around in a book: from a number down to one deal, by mouse, by keyboard, on paper and without script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, Enter, address, site

pytestmark = pytest.mark.browser


@pytest.fixture
def page(sample_link: str, enter: Enter) -> Page:
    """Home of the sample company on a desk."""
    return enter(sample_link)


def test_the_key_is_not_in_the_address(page: Page) -> None:
    assert address(page) == "/"


def test_a_number_leads_down_to_one_deal_and_its_history(page: Page) -> None:
    page.locator("a.kpi", has_text="Win rate").first.click()
    expect(page.get_by_role("heading", level=1, name="Win rate")).to_be_visible()
    row = page.get_by_role("group", name="Slices").locator("tbody tr").first
    team = row.locator("a").inner_text()
    row.locator("a").click()
    expect(page.get_by_role("heading", level=1, name=f"Rows of {team}")).to_be_visible()
    deal = page.get_by_role("group", name="Rows behind the number").locator("a.row").first
    name = deal.inner_text()
    deal.click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    expect(page.locator("svg.life")).to_be_visible()
    expect(page.get_by_role("group", name="Changes").locator("tbody tr")).not_to_have_count(0)


def test_a_box_of_what_changed_leads_down_to_one_deal_and_its_history(page: Page) -> None:
    page.locator(".nav").get_by_role("link", name="Pipeline").click()
    page.get_by_role("navigation", name="Pipeline").get_by_role("link", name="What changed").click()
    page.get_by_role("link", name=re.compile(r"^Lost .*deal")).click()
    deals = page.get_by_role("region", name="Lost").locator("tbody tr")
    expect(deals.first.locator("td").first).to_contain_text("\N{MINUS SIGN}")
    name = deals.first.locator("a").inner_text()
    deals.first.locator("a").click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    expect(page.locator("svg.life")).to_be_visible()


def test_a_day_is_slid_to_by_keyboard_and_its_cells_open_their_deals(page: Page) -> None:
    page.locator(".nav").get_by_role("link", name="Pipeline").click()
    day = page.get_by_role("slider", name="Slide the day", exact=True)
    now = page.get_by_role("textbox", name="Day", exact=True).input_value()
    day.focus()
    for _ in range(9):
        day.press("ArrowLeft")
    then = page.get_by_role("textbox", name="Day", exact=True).input_value()
    assert then < now
    expect(page).to_have_url(re.compile(f"as_of={then}"))
    expect(day).to_be_focused()
    row = page.get_by_role("group", name="Groups").locator("tbody tr").first
    deals = row.locator("td").nth(3).inner_text()
    row.locator("a").last.click()
    expect(page).to_have_url(re.compile(f"as_of={then}"))
    expect(
        page.get_by_role("group", name="Rows behind the number").locator("tbody tr")
    ).to_have_count(int(deals))


def test_filters_answer_at_once_and_live_in_the_address(page: Page) -> None:
    page.goto(f"{site(page.url.rstrip('/'))}/numbers/open_pipeline")
    page.get_by_label("Split by").select_option("stage")
    expect(page.get_by_role("heading", name="By stage")).to_be_visible()
    page.get_by_label("As of").fill("2026-03-31")
    page.get_by_label("As of").press("Enter")
    expect(page).to_have_url(re.compile("as_of=2026-03-31"))
    page.get_by_label("Only opportunities where").fill("amount > 1000")
    page.get_by_label("Only opportunities where").press("Enter")
    expect(page).to_have_url(re.compile("where=amount"))
    said = page.locator(".big").inner_text()
    page.reload()
    expect(page.locator(".big")).to_have_text(said)
    expect(page.get_by_label("As of")).to_have_value("2026-03-31")
    expect(page.get_by_label("Only opportunities where")).to_have_value("amount > 1000")
    expect(page.get_by_label("Split by")).to_have_value("stage")
    page.go_back()
    expect(page.get_by_label("Only opportunities where")).to_have_value("")


def test_a_period_is_compared_with_another(page: Page) -> None:
    page.goto(f"{page.url}numbers/win_rate")
    page.get_by_label("Compare with").select_option("year")
    expect(page.locator(".hero")).to_contain_text("points")
    expect(page.get_by_role("group", name="Slices")).to_contain_text("points")


def test_a_condition_that_makes_no_sense_is_explained_with_a_way_back(
    sample_link: str, enter: Enter
) -> None:
    page = enter(sample_link)
    page.goto(f"{page.url}opportunities?outcome=won")
    page.get_by_label("Only where").fill("amout > 3")
    page.get_by_label("Only where").press("Enter")
    expect(page.get_by_role("heading", level=1, name="This could not be done")).to_be_visible()
    expect(page.locator("main")).to_contain_text("amout")
    page.get_by_role("link", name="Back").click()
    expect(page).to_have_url(re.compile("outcome=won"))


def test_the_palette_goes_anywhere_by_keyboard(page: Page) -> None:
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Find an account, deal, contact, person or number")
    expect(box).to_be_focused()
    page.keyboard.type("win rate")
    expect(page.locator("#found .opt").first).to_contain_text("Win rate")
    expect(page.locator("#found .opt").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".opt[aria-selected=true]")).to_have_count(1)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Win rate", exact=True)).to_be_visible()
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


GOALS = {"n": "Numbers", "o": "Opportunities", "a": "Accounts", "p": "People", "d": "Data"}


@pytest.mark.parametrize(("letter", "title"), GOALS.items())
def test_g_and_a_letter_go_to_a_page(page: Page, letter: str, title: str) -> None:
    page.keyboard.press("g")
    page.keyboard.press(letter)
    expect(page.get_by_role("heading", level=1, name=title)).to_be_visible()


def test_keys_filter_walk_rows_flip_the_theme_and_show_themselves(page: Page) -> None:
    page.goto(f"{page.url}opportunities")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("a.row").nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator("a.row").nth(0)).to_be_focused()
    page.keyboard.press("t")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.keyboard.type("jkt?")
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("jkt?")


def test_every_control_of_home_is_reached_by_tab(page: Page) -> None:
    visible = "a[href], button, input, select, summary, [tabindex='0']"
    wanted = page.locator(visible).evaluate_all(
        "all => all.filter(e => e.checkVisibility({visibilityProperty: true}) && !e.closest('dialog')).length"
    )
    page.evaluate("document.activeElement.blur()")
    seen = set()
    for _ in range(wanted + 5):
        page.keyboard.press("Tab")
        place = page.evaluate(
            f"[...document.querySelectorAll(`{visible}`)].indexOf(document.activeElement)"
        )
        if place >= 0:
            seen.add(place)
    assert len(seen) == wanted


def test_the_skip_link_leads_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


@pytest.mark.parametrize("kind", ["CSV", "XLSX"])
@pytest.mark.parametrize("place", ["opportunities", "numbers/win_rate", "numbers/win_rate/rows"])
def test_an_export_is_downloaded(page: Page, kind: str, place: str) -> None:
    page.goto(f"{page.url}{place}")
    with page.expect_download() as waiting:
        page.get_by_role("link", name=kind).click()
    assert waiting.value.suggested_filename.endswith(f".{kind.lower()}")
    assert waiting.value.path().stat().st_size > 100


def test_on_paper_the_controls_are_gone_and_the_content_is_not(page: Page) -> None:
    page.goto(f"{page.url}numbers/win_rate")
    page.emulate_media(media="print")
    for hidden in (".side", ".dock", ".filters", ".top .end"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator(".big")).to_be_visible()
    expect(page.get_by_role("group", name="Slices")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_pages_are_read_and_linked_without_script(
    sample_link: str, enter: Enter, size: tuple[int, int]
) -> None:
    page = enter(sample_link, scripts=False, size=size)
    page.locator("a.kpi", has_text="Win rate").first.click()
    expect(page.get_by_role("heading", level=1, name="Win rate")).to_be_visible()
    if size == PHONE:
        page.locator(".asked > summary").click()
    page.locator("select[name=period]").select_option("all")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("period=all"))
    page.get_by_role("navigation").get_by_role("link", name="Opportunities").locator(
        "visible=true"
    ).click()
    if size == PHONE:
        page.get_by_role("button", name="Narrow").click()
    page.get_by_role("complementary", name="Narrow the list").get_by_role(
        "link", name="Won"
    ).first.click()
    page.locator("a.row").first.click()
    expect(page.locator(".tag.good").first).to_be_visible()
    expect(page.locator("svg.life")).to_be_visible()


def test_on_a_phone_the_answer_comes_first_and_what_is_asked_stays_unfolded_while_it_is_changed(
    sample_link: str, enter: Enter
) -> None:
    page = enter(sample_link, size=PHONE)
    page.goto(f"{page.url}pipeline")
    split = page.get_by_label("Split by")
    expect(split).to_be_hidden()
    box = page.locator(".hero .big").bounding_box()
    assert box is not None
    assert box["y"] < PHONE[1] / 3
    asked = page.locator(".asked > summary")
    expect(asked).to_contain_text("By stage · as of ")
    asked.focus()
    page.keyboard.press("Enter")
    split.select_option("team")
    expect(asked).to_contain_text("By team · as of ")
    expect(split).to_be_visible()
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    page.reload()
    expect(asked).to_be_hidden()
    expect(split).to_be_visible()


def test_on_a_phone_the_menu_opens_and_closes(sample_link: str, enter: Enter) -> None:
    page = enter(sample_link, size=PHONE)
    expect(page.locator(".side")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(page.locator(".side")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".side")).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    page.locator(".side").get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", level=1, name="Settings")).to_be_visible()


def test_an_arc_of_the_map_leads_down_to_one_deal_and_its_history(page: Page) -> None:
    page.locator(".nav").get_by_role("link", name="Pipeline").click()
    page.get_by_role("navigation", name="Pipeline").get_by_role("link", name="Process map").click()
    page.get_by_role("link", name=re.compile(r"^Prospecting to Discovery: ")).focus()
    page.keyboard.press("Enter")
    expect(
        page.get_by_role("heading", name="Deals that went from Prospecting to Discovery")
    ).to_be_visible()
    deal = page.get_by_role("group", name="Deals").locator("tbody a").first
    name = deal.inner_text()
    deal.click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    expect(page.locator("svg.life")).to_be_visible()
