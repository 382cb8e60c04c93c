"""Every page of the pipeline has a slider for its day, and beside its figures shows those of the day compared with."""

from __future__ import annotations

from datetime import date

import pytest

from salesops.pipeline import conformance, first_day, flows, funnel, process
from salesops.pipeline.comparison import comparison
from salesops.pipeline.departures import KINDS
from salesops.web.pages.pipeline.tabs import TABS
from tests.web.markup import Markup
from tests.web.visitor import Visitor

BEFORE, DAY, THEN = "2026-03-31", "2026-06-30", "31 Mar 2026"


def _then(page: Markup, table: str, place: int = 0) -> dict[str, str]:
    """By the head of its row, what a table shows of the day compared with."""
    whole = page.one("div", aria_label=table)
    heads = [c.text for c in whole.one("thead").all("th")]
    column = [n for n, head in enumerate(heads) if head == THEN][place]
    rows = [row for body in whole.all("tbody") for row in body.all("tr")]
    return {row.one("th").text: row.all("td")[column - 1].text for row in rows}


@pytest.mark.parametrize("name", [name for name, _ in TABS])
def test_a_page_slides_to_a_day_and_says_where_history_begins(sample: Visitor, name: str) -> None:
    page = sample.page(
        f"/{name.replace('_', '-')}", as_of=DAY, before=BEFORE, where="amount > 90000"
    )
    begins = first_day(sample.book)
    assert begins is not None
    places = {
        r.attrs["data-field"]: int(r.attrs["value"])
        for r in page.all("input")
        if r.attrs.get("type") == "range"
    }
    assert places == {
        field: (date.fromisoformat(day) - begins).days
        for field, day in (("before", BEFORE), ("as_of", DAY))
    }
    assert "where history begins" in page.text


def test_where_no_other_day_is_asked_for_a_page_compares_with_none(sample: Visitor) -> None:
    page = sample.page("/funnel", as_of=DAY)
    assert [r.attrs["data-field"] for r in page.all("input") if r.attrs.get("type") == "range"] == [
        "as_of"
    ]
    assert (
        page.one("nav", aria_label="Days").one("a", aria_current="true").text == "Last 4 quarters"
    )


def test_the_funnel_shows_what_was_known_then_of_the_quarters_of_then(sample: Visitor) -> None:
    page = sample.page("/funnel", as_of=DAY, before=BEFORE)
    shown = _then(page, "Stages")
    for step in funnel(sample.book.as_of(BEFORE), "last_4_quarters").whole.steps:
        assert f"of {step.entered:,}" in shown[step.stage]
    own = _then(sample.page("/funnel", before=BEFORE, first="2025-01-01"), "Stages")
    for step in funnel(sample.book.as_of(BEFORE), "2025-01-01..2026-08-28").whole.steps:
        assert f"of {step.entered:,}" in own[step.stage]


def test_bottlenecks_and_departures_show_their_figures_of_then(sample: Visitor) -> None:
    then = sample.book.as_of(BEFORE)
    waiting = _then(sample.page("/bottlenecks", before=BEFORE), "Every stage and hand-over", 1)
    expected = [str(f.queue[-1]) if f.queue else "" for f in flows(then)]
    assert list(waiting.values()) == expected
    shown = _then(sample.page("/conformance", before=BEFORE, as_of=DAY), "Departures")
    for line in conformance(then, "last_4_quarters").whole.kinds:
        found = next(text for head, text in shown.items() if head.startswith(KINDS[line.kind]))
        assert found.endswith(f"{line.departed:,} of {line.looks:,}")


def test_the_map_and_people_show_their_figures_of_then(sample: Visitor) -> None:
    then = sample.book.as_of(BEFORE)
    page = sample.page("/process-map", before=BEFORE)
    assert f"As known on {THEN}: {process(then).cases:,} deals." in page.text
    shown = _then(sample.page("/people-compared", before=BEFORE, by="team"), "By name")
    for standing in comparison(then, by="team", period="last_4_quarters").standings:
        assert shown[standing.name].endswith(f"of {standing.n:,}")
