"""Conformance in an office: each reader sees the moves of their deals, and who may change settings says what stages ask."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

from salesops.actions.change_settings import edition_of
from salesops.book.settings import load_settings
from salesops.engines.folder import read_manifest
from salesops.foundations.clock import system_clock
from salesops.jobs.following import follow
from salesops.records.models import PipelineStage, SettingsChange
from tests.drawn import draw_book
from tests.office.readers import Office, Reader
from tests.office.test_settings_in_office import FORM, _work
from tests.web.markup import read_markup

pytestmark = pytest.mark.django_db

PLACE = "/conformance/process"
DEALS = """
    id            name           stage      owner_id
    alice-deal    Alice-s-deal   Discovery  alice
    bob-deal      Bob-s-deal     Discovery  bob
    charlie-deal  Charlie-deal   Discovery  charlie
"""
STATES = """
    opportunity_id  valid_from        stage      owner_id
    alice-deal      2026-01-01T09:00  Proposal   alice
    alice-deal      2026-01-02T09:00  Discovery  alice
    bob-deal        2026-01-01T09:00  Proposal   bob
    bob-deal        2026-01-02T09:00  Discovery  bob
    charlie-deal    2026-01-01T09:00  Proposal   charlie
    charlie-deal    2026-01-02T09:00  Discovery  charlie
"""
PEOPLE = """
    id       name     team
    alice    Alice    East
    bob      Bob      East
    charlie  Charlie  West
"""


def test_each_reader_sees_the_departures_of_the_deals_they_see(served: Office) -> None:
    draw_book(settings.SALESOPS_BOOK, opportunity=DEALS, opportunity_version=STATES, person=PEOPLE)
    for name, seen in (
        ("alice", ["Alice-s-deal", "Bob-s-deal"]),
        ("bob", ["Bob-s-deal"]),
        ("charlie", ["Charlie-deal"]),
    ):
        page = Reader(getattr(served, name)).page("/conformance?over=all&kind=backward")
        deals = page.one("div", aria_label="Deals").one("tbody").all("tr")
        assert sorted(row.one("th").text for row in deals) == seen


def test_a_process_is_put_in_force_without_making_the_book_anew(
    served: Office, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    PipelineStage.objects.create(pipeline="Sales", stage="Discovery", position=1, outcome="open")
    follow(book, system_clock)
    base = read_manifest(book)
    form = {
        "since": "2026-01-01", "pipeline-0": "Sales", "stage-0": "Discovery", "days-0": "30",
        "seen": edition_of(load_settings(book)), "reason": "As agreed",
    }  # fmt: skip
    for name in ("alice", "bob", "charlie"):
        reader = Reader(getattr(served, name))
        assert "No process is declared yet" in reader.page(PLACE).text
        assert (reader.post(PLACE, **form).status_code, SettingsChange.objects.count()) == (422, 0)
    dora = Reader(served.dora)
    assert dora.post(PLACE, **form).headers["Location"] == f"{PLACE}?saved=1"
    assert "the former process is in force" in dora.page(f"{PLACE}?saved=1").text
    _work(tmp_path)
    said, now = load_settings(book), read_manifest(book)
    (version,) = said.sales_process
    assert [(rule.stage, rule.days) for rule in version.stages] == [("Discovery", 30)]
    # What a base is made by is the same, so that one need not be made anew.
    assert base is not None
    assert now is not None
    assert base.follows is not None
    assert now.follows is not None
    assert now.follows.made_by == base.follows.made_by
    assert "at most 30 days" in Reader(served.bob).page(PLACE).text
    history = dora.page("/settings").text
    assert "Process from 1 Jan 2026, Discovery (Sales): Nothing" in history
    assert "As agreed" in history
    # The form of the other settings leaves the process as it is.
    looked = dora.post("/settings", **FORM, seen=edition_of(said)).content.decode()
    assert "Process from" not in read_markup(looked).one("table").text
    overtaken = dora.post(PLACE, **form)
    assert (overtaken.status_code, b"meanwhile" in overtaken.content) == (422, True)
