"""An import with problems is mended, imported again and undone in a browser, by who did it and by who may as well;
looked at by an analyst and kept from who sells. Its pages fit and are accessible."""

from __future__ import annotations

import csv
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Page, expect

from salesops.foundations.clock import system_clock
from salesops.jobs.kinds import KINDS
from salesops.jobs.worker import Worker
from salesops.records.import_run import ImportRun
from salesops.records.job import Job
from salesops.records.models import Opportunity
from tests.browser.conftest import DESK, PHONE, Enter
from tests.browser.test_every_page import _seen as wrong_with
from tests.browser.test_every_page import wrong_here
from tests.office.browser.asking import asked, is_nowhere
from tests.office.browser.conftest import Visit
from tests.office.browser.test_signing_in import _sign_in as sign_in
from tests.office.test_importing_in_the_browser import DEALS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def worked(address: str, tmp_path: Path, settings: Any) -> Iterator[str]:
    """Where an office answers that has a folder, and a worker beside."""
    settings.SALESOPS_OFFICE = tmp_path
    worker = Worker(KINDS, system_clock)

    def run() -> None:
        worker.run()
        connection.close()

    beside = threading.Thread(target=run)
    beside.start()
    yield address
    worker.stop()
    beside.join()


def _to(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1, name=words)).to_be_visible()


def _imported(page: Page) -> None:
    """On from the columns until it is written."""
    _to(page, "Match columns")
    page.get_by_role("button", name=re.compile("^Check")).click()
    _to(page, "What would happen")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("All of it is written")).to_be_visible()


@pytest.mark.usefixtures("worked")
def test_imported_with_problems_mended_imported_again_and_undone(
    visit: Visit, tmp_path: Path
) -> None:
    page = visit("dora", "/imports/new")
    file = tmp_path / "deals.csv"
    file.write_text(DEALS)
    page.get_by_label("Choose files").set_input_files(file)
    expect(page.locator("#chosen")).to_contain_text("deals.csv")
    page.get_by_role("button", name="Look at these files").click()
    _imported(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="2 rows of deals.csv").click()
    rows = list(csv.reader(waiting.value.path().read_text("utf-8-sig").splitlines()))
    rows[1][2], rows[2][3] = "Lost", "3000"
    mended = tmp_path / waiting.value.suggested_filename
    with mended.open("w") as out:
        csv.writer(out).writerows(rows)
    page.get_by_label("Mended rows").set_input_files(mended)
    page.get_by_role("button", name="Put them back into place").click()
    _imported(page)
    assert Opportunity.objects.filter(deleted_at=None).count() == 3
    run = ImportRun.objects.latest("pk")
    _only_looks(visit, run)
    _sees_nothing_of_it(visit, run)
    ravis = visit("ravi", f"/imports/{run.pk}")
    ravis.get_by_role("link", name="Undo …").click()
    expect(ravis.locator(".sums")).to_contain_text("2 deleted")
    ravis.get_by_role("button", name="Undo this import").click()
    expect(ravis.get_by_role("heading", name="Undone", exact=True)).to_be_visible()
    assert Opportunity.objects.filter(deleted_at=None).count() == 2
    assert Opportunity.objects.get(pk="d3").amount_minor is None
    page.get_by_role("link", name="Undo …").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("This could not be done")
    expect(page.get_by_role("link", name="Back")).to_have_attribute("href", re.compile("/imports/"))


def _only_looks(visit: Visit, run: ImportRun) -> None:
    """Ana sees what was brought, and no door to import, mend or undo."""
    page = visit("ana", f"/imports/{run.pk}", strict=False)
    expect(page.get_by_role("heading", name="What it brought")).to_be_visible()
    for words in ("Undo …", "Import files", "2 rows of deals.csv"):
        expect(page.get_by_role("link", name=words)).to_have_count(0)
    wrong = wrong_here(page, "an import that is looked at")
    for place in ("/imports/new", f"/imports/{run.pk}/undo"):
        answer = asked(page, place)
        assert (answer.status, "an analyst only looks" in answer.text) == (422, True), place
    assert wrong == []


def _sees_nothing_of_it(visit: Visit, run: ImportRun) -> None:
    """Charlie has no door to imports, and is told at their addresses who has."""
    page = visit("charlie", "/work", strict=False)
    expect(page.get_by_role("heading", name="Nothing is at work")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main", exact=True)).not_to_contain_text("Imports")
    for job in Job.objects.all():
        assert is_nowhere(page, f"/work/{job.pk}?part=1")
    places = ["", f"/{run.pk}", f"/{run.pk}/undo", f"/{run.pk}/refused/0"]
    for place in places:
        answer = asked(page, f"/imports{place}")
        assert answer.status == 422, place
        assert "Only sales operations and administrators" in answer.text
        assert "deals.csv" not in answer.text
    page.goto(page.url.replace("/work", "/imports/new"))
    expect(page.get_by_text("Send them a request, with the files to import.")).to_be_visible()
    wrong = wrong_here(page, "who imports")
    assert is_nowhere(page, f"/opportunities/{Opportunity.objects.earliest('pk').pk}")
    assert "Pump" not in asked(page, "/find?q=Pump%20station").text
    assert wrong == []


def _wrong(page: Page, where: str, size: tuple[int, int]) -> list[str]:
    """What is wrong with a page, on a phone in the dark or wide and light."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme="dark" if size == PHONE else "light")
    return wrong_with(page, where)


def test_the_pages_of_imports_and_work_fit_and_are_accessible(
    worked: str, enter: Enter, tmp_path: Path
) -> None:
    page = enter(f"{worked}/imports/new", strict=False)
    sign_in(page, "dora@example.com")
    page.goto(f"{worked}/imports/new")
    file = tmp_path / "deals.csv"
    file.write_text(DEALS)
    page.get_by_label("Choose files").set_input_files(file)
    page.get_by_role("button", name="Look at these files").click()
    _to(page, "Match columns")
    wrong = _wrong(page, page.url, PHONE)
    page.get_by_role("button", name=re.compile("^Check")).click()
    _to(page, "What would happen")
    wrong += _wrong(page, page.url, PHONE)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("All of it is written")).to_be_visible()
    one = f"/imports/{ImportRun.objects.get().pk}"
    for place in ("/imports", "/imports/new", one, f"{one}/undo", "/work"):
        wrong += _wrong(page, f"{worked}{place}", DESK)
    wrong += _wrong(page, f"{worked}/imports", PHONE)
    assert wrong == []
