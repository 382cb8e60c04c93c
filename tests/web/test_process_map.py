"""The process map shows what the miner counts, each step, arc and way leading to its deals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from salesops.pipeline import deals_through, process, ways
from tests.pipeline.test_mining import DEALS, STATES, TALKS
from tests.web.markup import Markup
from tests.web.visitor import Visitor

DRAWN = {"opportunity": DEALS, "opportunity_version": STATES, "activity": TALKS}


def _rows(page: Markup, label: str) -> list[list[str]]:
    body = page.one("div", aria_label=label).one("tbody")
    return [[c.text for c in (*row.all("th"), *row.all("td"))] for row in body.all("tr")]


def test_the_map_and_its_table_tell_every_arc(drawn: Callable[..., Visitor]) -> None:
    visitor = drawn(**DRAWN)
    found = process(visitor.book)
    page = visitor.page("/process-map", shown="100")
    told = [(row[0], row[1], row[2]) for row in _rows(page, "The map as a table")]
    assert told == [(a.source, a.target, str(a.count)) for a in found.arcs]
    links = [a.attrs.get("aria-label", "") for a in page.one("svg", class_="pmap").all("a")]
    for arc in found.arcs:
        assert any(label.startswith(f"{arc.source} to {arc.target}: ") for label in links)
    header, *lines = visitor.csv("/process-map", export="csv")
    assert (header[:3], len(lines)) == (["from", "to", "count"], len(found.arcs))


def test_an_arc_a_step_and_a_beginning_open_their_deals(drawn: Callable[..., Visitor]) -> None:
    visitor = drawn(**DRAWN)

    def deals(**chosen: Any) -> list[str]:
        page = visitor.page("/process-map", **chosen)
        return [
            a.attrs["href"].rpartition("/")[2] for a in page.one("div", aria_label="Deals").all("a")
        ]

    assert deals(**{"from": "Proposal", "to": "Discovery"}) == ["back"]
    assert deals(step="Proposal") == ["back", "straight"]
    assert sorted(deals(**{"from": "", "to": "Discovery"})) == [
        "back",
        "quick",
        "straight",
        "waits",
    ]
    assert deals(step="First meeting", **{"with": "meeting"}) == ["straight", "quick"]


def test_only_what_passes_is_left_on_the_map_where_that_is_asked(
    drawn: Callable[..., Visitor],
) -> None:
    visitor = drawn(**DRAWN)
    chosen = visitor.page("/process-map", step="Proposal")
    (narrower,) = [a for a in chosen.all("a") if a.text == "Only these on the map"]
    page = visitor.page(f"/process-map{narrower.attrs['href']}")
    assert "How 2 deals went" in page.text
    assert {row[0] for row in _rows(page, "The map as a table")} == {"Discovery", "Proposal"}
    # One is put upon the other by clicking on, and each is taken away by itself.
    arc: dict[str, Any] = {"from": "Proposal", "to": "Won"}
    on = visitor.page("/process-map", through="Proposal", **arc)
    (more,) = [a for a in on.all("a") if a.text == "Only these on the map"]
    both = visitor.page(f"/process-map{more.attrs['href']}")
    without = [
        a.attrs["href"] for a in both.all("a") if "no longer only" in a.attrs.get("aria-label", "")
    ]
    assert len(without) == 2
    assert "How 2 deals went" in visitor.page(f"/process-map{without[1]}").text
    assert len(_rows(on, "Deals")) == len(
        deals_through(visitor.book, through=["Proposal", ("Proposal", "Won")])
    )


def test_a_way_tells_its_wins_and_opens_its_deals(sample: Visitor) -> None:
    found = ways(sample.book)
    way = next(w for w in found.ways if 0 < w.won < w.over)
    page = sample.page("/process-map")
    row = next(r for r in _rows(page, "Ways") if r[0] == " › ".join(way.path))
    assert f"{way.won} of {way.over}" in row[5]
    opened = sample.page("/process-map", of_way="1", way=list(way.path))
    expected = deals_through(sample.book, stem=way.path, limit=25)
    assert [r[0] for r in _rows(opened, "Deals")] == [d["name"] for d in expected]
    assert len(deals_through(sample.book, stem=way.path, limit=10_000)) == way.deals


def test_less_of_the_flow_leaves_the_steps_where_they_are(sample: Visitor) -> None:
    def places(shown: str) -> list[str]:
        page = sample.page("/process-map", shown=shown)
        steps = [a for a in page.one("svg", class_="pmap").all("a") if "step=" in a.attrs["href"]]
        return [str(s.one("rect").attrs) for s in steps]

    assert places("50") == places("100")


def test_a_book_without_history_says_so(plain: Visitor) -> None:
    assert "holds no history" in plain.page("/process-map").text
