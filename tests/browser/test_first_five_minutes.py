"""The first five minutes with a good, a dirty and a hopeless file, by dropping and choosing them in the page."""

from __future__ import annotations

import base64
import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter, address

pytestmark = pytest.mark.browser

DEALS = (
    "opportunity_id,sales_agent,product,account,deal_stage,engage_date,close_date,close_value\n"
    "A1,Ann Ruiz,Basic,Acme,Won,2026-01-05,2026-03-13,1054\n"
    "A2,Bob Moe,Basic,Acme,Lost,2026-01-25,2026-03-21,0\n"
    "A3,Bob Moe,Plus,Bolt,Engaging,2026-02-25,,\n"
    "A4,Ann Ruiz,Plus,Bolt,Won,2026-01-15,2026-04-01,4000\n"
)
ACCOUNTS = "account,sector,employees\nAcme,retail,20\nBolt,media,1400\n"
PRODUCTS = "product,series,sales_price\nBasic,B,550\nPlus,P,4821\n"
TEAMS = "sales_agent,manager,regional_office\nAnn Ruiz,Cy Dow,East\nBob Moe,Cy Dow,West\n"
DAYS = {
    "2026-01-05": "05/01/2026",
    "2026-03-13": "03/03/2026",
    "2026-01-25": "05/02/2026",
    "2026-03-21": "01/04/2026",
    "2026-02-25": "05/02/2026",
    "2026-01-15": "05/01/2026",
    "2026-04-01": "01/04/2026",
}
DROP = """(zone, files) => {
  const data = new DataTransfer();
  for (const [name, body] of files)
    data.items.add(new File([Uint8Array.from(atob(body), c => c.charCodeAt(0))], name));
  for (const kind of ["dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


def _drop(page: Page, **files: str | bytes) -> None:
    """Drop files, named with `__` for the dot, on the page."""
    packed = [
        (name.replace("__", "."), base64.b64encode(_bytes(body)).decode())
        for name, body in files.items()
    ]
    page.locator(".drop").evaluate(DROP, packed)
    for name, _ in packed:
        expect(page.locator("#chosen")).to_contain_text(name)
    page.get_by_role("button", name="Look at these files").click()


def _bytes(body: str | bytes) -> bytes:
    return body.encode() if isinstance(body, str) else body


def _heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1, name=words)).to_be_visible()


def test_good_files_become_a_book_without_a_question(empty_link: str, enter: Enter) -> None:
    page = enter(empty_link)
    _heading(page, "Open files")
    _drop(page, accounts__csv=ACCOUNTS, products__csv=PRODUCTS, deals__csv=DEALS, teams__csv=TEAMS)
    _heading(page, "Match columns")
    expect(page.get_by_text("Needs you")).to_have_count(0)
    expect(page.locator("select[name^=table-]")).to_have_count(4)
    page.get_by_role("button", name="Check 10 rows").click()
    _heading(page, "Check data")
    expect(page.get_by_text("Nothing is changed yet")).to_be_visible()
    page.get_by_role("button", name="Open the book").click()
    _heading(page, "What we found")
    expect(page.locator("main")).to_contain_text("4 opportunities: 2 won, 1 lost, 1 open")
    page.get_by_role("link", name="Go to Home").click()
    expect(page.locator("main")).to_contain_text("Win rate")
    page.get_by_role("link", name="Accounts", exact=True).first.click()
    expect(page.get_by_role("link", name="Acme")).to_be_visible()


def test_a_chosen_export_of_salesforce_is_recognised(
    empty_link: str, enter: Enter, sample_export: Path
) -> None:
    page = enter(empty_link)
    page.get_by_label("Choose files").set_input_files(sample_export)
    expect(page.locator("#chosen")).to_contain_text(sample_export.name)
    page.get_by_role("button", name="Look at these files").click()
    _heading(page, "Match columns")
    expect(page.get_by_text("Salesforce export recognised")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Check [0-9,]+ rows")).click()
    _heading(page, "Check data")
    page.get_by_role("button", name="Open the book").click()
    _heading(page, "What we found")
    expect(page.locator(".finding")).not_to_have_count(0)


def test_a_dirty_file_asks_once_and_its_refused_rows_come_back_mended(
    empty_link: str, enter: Enter
) -> None:
    dirty = DEALS
    for clear, doubtful in DAYS.items():
        dirty = dirty.replace(clear, doubtful)
    dirty += "A5,Ann Ruiz,Plus,Bolt,,05/01/2026,01/04/2026,900\n"
    page = enter(empty_link)
    _drop(page, deals__csv=dirty)
    _heading(page, "Match columns")
    expect(page.locator("main")).to_contain_text("Needs you")
    page.get_by_role("button", name="Check 5 rows").click()
    _heading(page, "Match columns")  # the browser asks for the answer before it sends anything
    for question in page.locator("fieldset").all():
        if question.locator("input[type=radio][required]").count():
            question.locator("input[value*=day]").check()
    page.get_by_role("button", name="Check 5 rows").click()
    _heading(page, "Check data")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="1 refused row of deals.csv").click()
    rows = list(csv.reader(waiting.value.path().read_text("utf-8-sig").splitlines()))
    assert rows[1][:4] == ["A5", "Ann Ruiz", "Plus", "Bolt"]
    rows[1][4] = "Won"
    page.get_by_role("button", name="Open the book").click()
    _heading(page, "What we found")
    expect(page.locator("main")).to_contain_text("4 opportunities: 2 won")
    mended = "\n".join(",".join(row) for row in [r[:8] for r in rows])
    whole = dirty.replace("A5,Ann Ruiz,Plus,Bolt,,05/01/2026,01/04/2026,900\n", "")
    page.get_by_role("link", name="Data", exact=True).first.click()
    page.get_by_role("link", name="Open files").click()
    _drop(page, deals__csv=whole, mended__csv=mended)
    _heading(page, "Match columns")
    expect(page.get_by_text("Needs you")).to_have_count(0)  # what was said once is remembered
    page.get_by_role("button", name=re.compile("^Check")).click()
    _heading(page, "Check data")
    page.get_by_role("button", name="Open the book").click()
    expect(page.locator("main")).to_contain_text("5 opportunities: 3 won")
    page.get_by_role("link", name="Go to Home").click()
    expect(page.locator("main")).to_contain_text("new opportunities")


@pytest.mark.parametrize(
    ("name", "body"), [("junk__csv", bytes(range(256)) * 64), ("empty__csv", b"")]
)
def test_a_hopeless_file_says_so_and_leaves_the_door_open(
    empty_link: str, enter: Enter, name: str, body: bytes
) -> None:
    page = enter(empty_link)
    _drop(page, **{name: body})
    stuck = page.get_by_role("heading", level=1, name="Match columns").or_(
        page.get_by_role("heading", name="This did not work")
    )
    expect(stuck).to_be_visible()
    if page.get_by_role("heading", level=1, name="Match columns").is_visible():
        expect(page.locator("main")).to_contain_text("Left out")
        page.get_by_role("link", name="Other files").click()
    else:
        page.get_by_role("link", name="Choose other files").click()
    _heading(page, "Open files")
    expect(page.get_by_role("button", name="Open the sample company")).to_be_visible()


def test_the_sample_company_is_one_button_away_and_can_be_stopped(
    empty_link: str, enter: Enter
) -> None:
    page = enter(empty_link)
    page.get_by_role("button", name="Open the sample company").click()
    _heading(page, "Making the sample company")
    expect(page.get_by_role("heading", level=2, name="Starting")).to_be_hidden()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("heading", level=2, name="Stopped")).to_be_visible()
    page.get_by_role("link", name="Choose other files").click()
    _heading(page, "Open files")
    page.get_by_role("button", name="Open the sample company").click()
    _heading(page, "What we found")
    expect(page.locator(".finding")).not_to_have_count(0)
    assert address(page) == "/found"
