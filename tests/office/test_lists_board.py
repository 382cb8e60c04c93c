"""The board of deals: columns with count and sum, cards that move through the same rules as an edit, and undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from salesops.actions.edit_record import edit_record
from salesops.foundations.clock import system_clock
from salesops.records.models import Opportunity
from tests.office.readers import Office, Reader
from tests.office.selling import Follow, follows, selling
from tests.web.markup import Element, Markup, read_markup

__all__ = ["follows", "selling"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("selling")]

BOARD = "/board"
As = Callable[[str], Reader]


def _columns(page: Markup) -> dict[str, tuple[str, list[str]]]:
    """Of each stage what its heading says, and the keys of its cards."""
    assert page.faults == []
    found = [s for s in page.all("section") if "data-stage" in s.attrs]
    return {
        s.attrs["data-stage"]: (
            s.one("header").one("span").text,
            [c.attrs["data-card"] for c in s.all("li")],
        )
        for s in found
    }


def _card(page: Markup, key: str) -> Element:
    return page.one("li", data_card=key)


def _move(reader: Reader, key: str, stage: str, seen: str = "") -> Any:
    seen = seen or _card(reader.page(BOARD), key).attrs["data-seen"]
    return reader.post(BOARD, key=key, stage=stage, seen=seen)


def _said(page: Markup) -> str:
    return " ".join(e.text for e in page.walk() if e.attrs.get("role") in ("status", "alert"))


def test_a_column_is_a_stage_with_its_count_its_sum_and_its_cards(as_alice: Reader) -> None:
    columns = _columns(as_alice.page(BOARD))
    assert list(columns) == ["New", "Offer", "Won", "Lost"]
    assert columns["New"][0] == "3, $3.5K"
    assert sorted(columns["New"][1]) == ["alice-deal", "bob-deal", "mill"]
    assert columns["Offer"] == ("1, $4K", ["quay"])
    assert columns["Won"] == ("0", [])
    assert "Bob's customer" in _card(as_alice.page(BOARD), "mill").text


@pytest.mark.parametrize(
    ("reader", "sees"),
    [("bob", {"bob-deal", "mill", "quay"}), ("charlie", {"charlie-deal"})],
)
def test_each_reader_has_their_own_board(as_: As, reader: str, sees: set[str]) -> None:
    columns = _columns(as_(reader).page(BOARD))
    assert {key for _, cards in columns.values() for key in cards} == sees
    assert as_("charlie").post(BOARD, key="mill", stage="Won", seen="1").status_code == 404


@pytest.mark.django_db(
    transaction=True
)  # whether the book is behind is asked of what was committed
def test_a_moved_card_stands_at_once_where_it_is_and_is_undone(
    as_bob: Reader, follows: Follow
) -> None:
    moved = as_bob.page(_move(as_bob, "mill", "Offer").headers["Location"])
    assert "Mill: Stage changed to Offer." in _said(moved)
    columns = _columns(moved)
    assert columns["New"] == ("1, $1K", ["bob-deal"])
    assert columns["Offer"] == ("2, $6K", ["mill", "quay"])
    assert "Saved; numbers follow" in _card(moved, "mill").text
    undo = moved.one("form", data_undo="")
    sent = {i.attrs["name"]: i.attrs["value"] for i in undo.all("input")}
    back = as_bob.post(
        undo.attrs["action"], change=undo.one("button").attrs["value"], **sent
    ).headers["Location"]
    assert back.startswith(BOARD)
    assert "stage is New again" in _said(as_bob.page(back))
    assert Opportunity.objects.get(pk="mill").stage == "New"
    follows()
    assert _columns(as_bob.page(BOARD))["New"][0] == "2, $3K"


def test_without_script_a_card_is_moved_by_its_form(as_bob: Reader) -> None:
    form = _card(as_bob.page(f"{BOARD}?q=mill&move=mill"), "mill").one("form")
    assert [o.text for o in form.all("option")] == ["New", "Offer", "Won", "Lost"]
    sent = {i.attrs["name"]: i.attrs["value"] for i in form.all("input")}
    moved = as_bob.post(form.attrs["action"], stage="Won", **sent)
    assert moved.headers["Location"].startswith(f"{BOARD}?q=mill&done=")
    assert Opportunity.objects.get(pk="mill").stage == "Won"


def test_who_was_overtaken_is_told_who_moved_it_and_where(as_bob: Reader, selling: Office) -> None:
    seen = _card(as_bob.page(BOARD), "mill").attrs["data-seen"]
    edit_record(selling.alice, Opportunity, "mill", {"stage": "Lost"}, system_clock)
    answer = _move(as_bob, "mill", "Won", seen)
    assert answer.status_code == 409
    page = read_markup(answer.content.decode())
    assert "Alice moved “Mill” to Lost meanwhile." in _said(page)
    assert _columns(page)["Lost"][1] == ["mill"]
    assert _move(as_bob, "mill", "Nowhere").status_code == 422


def test_a_column_shows_its_first_cards_and_says_how_many_more(
    as_bob: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesops.web.pages.working.board.MOST_CARDS", 1)
    page = as_bob.page(f"{BOARD}?owner=Bob")
    (more,) = (a for a in page.all("a") if a.text.endswith(" more"))
    assert (more.text, more.attrs["href"]) == ("1 more", "/opportunities?owner=Bob&stage=New")
