"""Bottlenecks shows what is found with its pair, cost and deals, and says calmly where nothing is."""

from __future__ import annotations

from collections.abc import Callable

from salesops.pipeline import bottlenecks, flows, held_up
from tests.pipeline.waiting import SLOW
from tests.web.visitor import Visitor


def test_a_bottleneck_is_shown_with_its_worth_and_leads_to_its_deals(
    drawn: Callable[..., Visitor],
) -> None:
    visitor = drawn(**SLOW)
    (found,) = bottlenecks(visitor.book).found
    page = visitor.page("/bottlenecks")
    card = page.one("article")
    assert found.title in card.text
    assert [dt.text for dt in card.all("dt")] == ["Q2 2026", "The year before"]
    assert "once" in card.text
    (link,) = [a for a in card.all("a") if "deals there now" in a.text]
    opened = visitor.page("/bottlenecks", finding=found.key)
    assert link.attrs["href"].endswith("#deals")
    rows = opened.one("div", aria_label="Deals").one("tbody").all("tr")
    assert [r.one("a").text for r in rows] == [h.name for h in held_up(visitor.book, found)]
    header, line = visitor.csv("/bottlenecks", export="csv")
    assert line[header.index("place")] == "Discovery"
    _, *deals = visitor.csv("/bottlenecks", finding=found.key, export="csv")
    assert len(deals) == found.around.waiting


def test_where_nothing_is_found_it_says_what_was_looked_at(sample: Visitor) -> None:
    page = sample.page("/bottlenecks")
    assert "Nothing holds deals up that chance would not explain." in page.text
    rows = page.one("div", aria_label="Every stage and hand-over").one("tbody").all("tr")
    assert len(rows) == len(flows(sample.book))


def test_a_book_without_history_says_so(plain: Visitor) -> None:
    assert "holds no history" in plain.page("/bottlenecks").text
