"""Conformance shows the book's departures and their deals; the process is said in a form and holds at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from salesops.book.sales_process import ExpectedActivity
from salesops.book.settings import Settings, load_settings
from salesops.pipeline import conformance, departures
from tests.pipeline.test_conformance import PEOPLE, STATES, WORK, version
from tests.pipeline.test_movement import deals_of
from tests.web.conftest import published
from tests.web.visitor import Visitor


@pytest.fixture
def drawn_visitor(visit: Callable[[Path], Visitor], tmp_path: Path) -> Visitor:
    asks = {"stage": "Proposal", "entry": "next_step is not null", "days": 20}
    settings = Settings(sales_process=(version("2026-01-01", asks),))
    folder = published(
        tmp_path / "book",
        settings=settings,
        opportunity=deals_of(STATES),
        opportunity_version=STATES,
        person=PEOPLE,
        activity=WORK,
    )
    return visit(folder)


def test_the_page_and_its_files_show_what_departed(drawn_visitor: Visitor) -> None:
    found = conformance(drawn_visitor.book, by="team")
    page = drawn_visitor.page("/conformance", over="all", by="team", kind="entry", stage="Proposal")
    rows = page.one("div", aria_label="Departures").all("tr")
    names = [row.one("th").text for row in rows[1:]]
    assert len(names) == len(found.whole.kinds) + len(found.whole.lines)
    assert names[-2:] == ["Stayed longer than the service level", "Proposal"]
    deals = page.one("div", aria_label="Deals").one("tbody").all("tr")
    expected = departures(drawn_visitor.book, "all", "entry", "Proposal")
    assert [row.one("th").text for row in deals] == [d.name for d in expected] == ["hasty"]
    header, *lines = drawn_visitor.csv("/conformance", over="all", by="team", export="csv")
    groups = (found.whole, *found.groups)
    assert header[0] == "team"
    assert len(lines) == sum(len(g.kinds) + len(g.lines) for g in groups)
    _, deal = drawn_visitor.csv("/conformance", over="all", kind="backward", export="csv")
    assert deal[:6] == ["back", "back", "backward", "Discovery", "", "to Prospecting"]


def test_a_process_is_said_changed_and_taken_away_in_the_form(drawn_visitor: Visitor) -> None:
    folder, place = drawn_visitor.folder, "/conformance/process"
    page = drawn_visitor.page(place)
    form = {i.attrs["name"]: i.attrs.get("value") or "" for i in page.all("input") if "name" in i.attrs}  # fmt: skip
    form = {name: value for name, value in form.items() if not name.startswith("may_be_skipped")}
    discovery = next(n for n, v in form.items() if v == "Discovery").removeprefix("stage-")
    typed = {"since": "2026-02-01", f"may_be_skipped-{discovery}": "on"}
    typed[f"activities-{discovery}"] = "meeting, 2 Calls"
    assert drawn_visitor.post(place, form | typed).headers["Location"] == f"{place}?saved=1"
    first, second = load_settings(folder).sales_process
    assert [(rule.stage, rule.days) for rule in first.stages] == [("Proposal", 20)]
    rules = {rule.stage: rule for rule in second.stages}
    assert rules["Proposal"].days == 20
    calls = ExpectedActivity(kind="call", at_least=2)
    assert rules["Discovery"].activities == (ExpectedActivity(kind="meeting"), calls)
    assert rules["Discovery"].may_be_skipped
    # Whoever looked before that is told, and so is what cannot be read; what was typed stays.
    overtaken = drawn_visitor.post(place, form | typed)
    assert (overtaken.status_code, b"changed meanwhile" in overtaken.content) == (422, True)
    for wrong, words in (
        ({f"activities-{discovery}": "two lunches"}, "“two lunches” cannot be read"),
        ({f"entry-{discovery}": "colour = 1"}, "On entering Discovery"),
        ({f"days-{discovery}": "0"}, "not a number of days"),
        ({"since": "soon"}, "from which day"),
    ):
        answer = drawn_visitor.post(place, form | wrong)
        assert (answer.status_code, words in answer.content.decode()) == (422, True), words
        assert all(value in answer.content.decode() for value in wrong.values() if value != "0")
    seen = drawn_visitor.page(place).one("input", name="seen").attrs["value"]
    drawn_visitor.post(place, {"remove": "2026-02-01", "seen": seen})
    assert load_settings(folder).sales_process == (first,)


def test_without_history_or_a_process_the_page_says_so(plain: Visitor) -> None:
    page = plain.page("/conformance").text
    assert "holds no history" in page
    assert "No process is declared yet" in page
