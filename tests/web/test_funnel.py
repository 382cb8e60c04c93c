"""The funnel shows what the book counts, leads from a stage to its deals, and says why where there is nothing."""

from __future__ import annotations

from typing import Any

from salesops.pipeline import CROSSINGS, FATES, crossings, entries, funnel, period_funnel
from tests.web.visitor import Visitor


def test_the_page_shows_the_funnel_of_the_book_and_a_stage_its_deals(sample: Visitor) -> None:
    found = funnel(sample.book, "all", by="team")
    page = sample.page("/funnel", over="all", by="team", stage="Proposal", fate="lost")
    rows = page.one("div", aria_label="Stages").one("tbody").all("tr")
    shown = [next(c.text for c in row.all("td")) for row in rows]
    assert shown == [f"{step.entered:,}" for step in found.whole.steps]
    groups = page.one("div", aria_label="Groups").one("tbody").all("tr")
    assert [row.one("th").text for row in groups] == [g.label for g in found.groups]
    deals = page.one("div", aria_label="Deals").one("tbody").all("tr")
    expected = entries(sample.book, "all", "Proposal", "lost", limit=50)
    assert [row.one("th").text for row in deals] == [e.name for e in expected]


def test_exports_hold_the_stages_of_all_groups_and_the_deals_of_a_stage(sample: Visitor) -> None:
    found = funnel(sample.book, "all", by="team")
    header, *lines = sample.csv("/funnel", over="all", by="team", export="csv")
    assert header[:3] == ["team", "stage", "further"]
    assert len(lines) == len(found.whole.steps) + sum(len(g.steps) for g in found.groups)
    _, *deals = sample.csv("/funnel", over="all", stage="Proposal", fate="skipped", export="csv")
    (step,) = [s for s in found.whole.steps if s.stage == "Proposal"]
    assert len(deals) == step.deals("skipped")
    assert "skipped" in FATES


def test_the_page_of_a_period_shows_what_came_and_went_and_a_count_its_deals(
    sample: Visitor,
) -> None:
    asked: dict[str, Any] = {"definition": "period", "over": "all"}
    found = period_funnel(sample.book, "all", by="team")
    page = sample.page("/funnel", **asked, by="team", stage="Proposal", fate="back")
    first = page.one("div", aria_label="Stages").one("tbody").all("tr")[0]
    shown = [what for what in CROSSINGS if what not in ("seen", "away", "skipped")]
    counts = [f"{found.whole.steps[0].deals(what):,}" for what in shown]
    assert [cell.text for cell in first.all("td")][: len(shown)] == counts
    groups = page.one("div", aria_label="Groups").one("tbody").all("tr")
    assert [row.one("th").text for row in groups] == [g.label for g in found.groups]
    deals = page.one("div", aria_label="Deals").one("tbody").all("tr")
    expected = crossings(sample.book, "all", "Proposal", "back", limit=50)
    assert [row.one("th").text for row in deals] == [c.name for c in expected]
    assert {i.attrs["value"] for i in page.all("input", name="definition")} == {"period"}
    header, *lines = sample.csv("/funnel", **asked, by="team", export="csv")
    assert header == [
        "team",
        "stage",
        *CROSSINGS,
        "left",
        "conversion",
        "conversion_low",
        "conversion_high",
    ]
    assert len(lines) == len(found.whole.steps) + sum(len(g.steps) for g in found.groups)
    _, *rows = sample.csv("/funnel", **asked, stage="Proposal", fate="back", export="csv")
    assert [row[1] for row in rows] == [c.name for c in expected]
    then = sample.page("/funnel", definition="period", over="last_quarter", before="2026-03-31")
    former = period_funnel(sample.book.as_of("2026-03-31"), "last_quarter").whole.steps[0]
    first = then.one("div", aria_label="Stages").one("tbody").all("tr")[0]
    assert f"of {former.left:,}" in first.all("td")[-2].text
    own: dict[str, Any] = {"first": "2026-04-01", "last": "2026-06-30"}
    nothing = sample.page("/funnel", definition="period", before="2026-03-31", **own)
    assert "Nothing stands beside it: 1 April 2026 has not begun" in nothing.text
    # Another definition knows other fates, and shows who entered instead.
    other = sample.page("/funnel", over="all", stage="Proposal", fate="start")
    assert "Proposal: entered" in other.text


def test_a_book_without_history_says_so(plain: Visitor) -> None:
    assert "holds no history" in plain.page("/funnel").text
