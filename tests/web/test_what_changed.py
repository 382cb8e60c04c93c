"""What changed shows the bridge the book gives, leads from a box to its deals, and says why where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from salesops.foundations.counting import counted
from salesops.foundations.money import format_money
from salesops.pipeline import movement, moves
from tests.web.markup import Markup
from tests.web.visitor import Visitor

QUARTER: dict[str, Any] = {"closing": "this_quarter", "by": "team"}


def _rows(page: Markup, label: str) -> list[list[str]]:
    body = page.one("div", aria_label=label).one("tbody")
    return [[c.text for c in (*row.all("th"), *row.all("td"))] for row in body.all("tr")]


def test_the_page_shows_the_bridge_of_the_book(sample: Visitor) -> None:
    found = movement(sample.book, "this_quarter", closing="this_quarter", by="team")
    page = sample.page("/what-changed", **QUARTER)
    shown = _rows(page, "The bridge as a table")
    assert shown[0][1:] == [
        format_money(found.whole.opening, found.currency),
        f"{found.whole.opening_deals:,}",
    ]
    assert [row[0] for row in shown[1:]] == [found.words(b.name) for b in found.whole.boxes]
    assert [row[0] for row in _rows(page, "Groups")] == [g.label for g in found.groups]


def test_a_box_of_a_group_shows_its_deals(sample: Visitor) -> None:
    asked: dict[str, Any] = {"closing": "this_quarter", "by": "team", "reading": "events"}
    found = movement(sample.book, "this_quarter", **asked)
    group = next(g for g in found.groups if g.boxes)
    box = group.boxes[-1].name
    expected = moves(sample.book, "this_quarter", box, **asked, group=group.key)
    page = sample.page("/what-changed", **asked, group=group.key, box=box)
    assert [row[0] for row in _rows(page, "Deals")] == [m.name for m in expected[:50]]


def test_exports_hold_the_bridges_and_the_deals_of_a_box(sample: Visitor) -> None:
    header, *lines = sample.csv("/what-changed", **QUARTER, export="csv")
    assert header[:2] == ["team", "box"]
    groups = movement(sample.book, "this_quarter", closing="this_quarter", by="team").groups
    assert sum(line[1] == "closing" for line in lines) == 1 + len(groups)
    _, *deals = sample.csv("/what-changed", box="won", export="csv")
    assert len(deals) == movement(sample.book, "this_quarter").whole.box("won").deals


def test_a_book_without_history_says_so(plain: Visitor) -> None:
    assert "holds no history" in plain.page("/what-changed").text


def test_what_history_does_not_reach_is_said(sample: Visitor) -> None:
    early = sample.page("/what-changed", first="2001-01-01", last="2001-02-01")
    assert "History is whole from" in early.text
    (link,) = [a for a in early.all("a") if a.text == "Show all there is"]
    assert link.attrs["href"].startswith("?before=20")


def test_a_second_look_still_says_since_the_last_visit(sample: Visitor) -> None:
    def link() -> list[str]:
        return [
            a.attrs["href"]
            for a in sample.page("/what-changed").all("a")
            if a.text.startswith("Since your last visit")
        ]

    sample.client.cookies.pop("looked", None)
    assert link() == []  # never looked before
    assert link() == []  # and the book speaks of no later day since
    sample.client.cookies["looked"] = "2026-06-30.2026-05-31"
    assert link() == ["?before=2026-06-30"]
    assert sample.client.cookies["looked"].value == f"{sample.book.today}.2026-06-30"
    assert link() == ["?before=2026-06-30"]
    sample.client.cookies["looked"] = "nonsense"
    assert link() == []
    del sample.client.cookies["looked"]


def test_a_deleted_deal_keeps_its_page_which_says_when_it_was_and_when_it_came_back(
    drawn: Callable[..., Visitor],
) -> None:
    states = """
        opportunity_id  valid_from        stage      amount  close_date
        gone            2026-01-10T09:00  Discovery  20      2026-08-01
        back            2026-01-10T09:00  Discovery  7       2026-08-01
        back            2026-06-01T09:00  Discovery  9       2026-08-01
    """
    visitor = drawn(
        opportunity="id  name  stage  amount  close_date\nback  Mill  Discovery  9  2026-08-01",
        opportunity_version=states,
        deletion="id  name  deleted_at\ngone  Quay  2026-06-20T09:00\nback  Mill  2026-03-30T09:00",
    )
    page = visitor.page("/opportunities/gone")
    assert "This deal was deleted on 20 Jun 2026, 09:00" in page.one("div", role="status").text
    assert [row[1] for row in _rows(page, "Changes")] == ["Deleted", "Created in Discovery"]
    page = visitor.page("/opportunities/back")
    assert page.all("div", role="status") == []
    assert [row[1] for row in _rows(page, "Changes")] == [
        "Brought back; Amount from $7 to $9",
        "Deleted",
        "Created in Discovery",
    ]
    bridge = visitor.page("/what-changed", first="2026-06-01", last="2026-06-20", box="deleted")
    assert [row[0] for row in _rows(bridge, "Deals")] == ["Quay"]


def test_close_dates_that_were_moved_are_told_and_open_their_deals(sample: Visitor) -> None:
    found = movement(sample.book, "2026Q2", reading="events").whole.box("later")
    page = sample.page("/what-changed", over="2026Q2", reading="events", box="later")
    assert f"later, {counted(found.changes, 'time')}, {counted(found.deals, 'deal')}" in page.text
    rows = page.one("div", aria_label="Deals").one("tbody").all("tr")
    assert len(rows) == found.changes
    assert all(row.all("td")[0].text.startswith("+") for row in rows)
