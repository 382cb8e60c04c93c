"""A list of an office is worked in: a row is edited where it stands, told what it is ahead of, and undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from salesops.actions.edit_record import edit_record, version_now
from salesops.foundations.clock import system_clock
from salesops.records.models import Change, Opportunity
from tests.office.readers import Office, Reader
from tests.office.selling import Follow, follows, selling
from tests.web.markup import Element, Markup, read_markup

__all__ = ["follows", "selling"]
pytestmark = pytest.mark.django_db

LIST = "/opportunities"
As = Callable[[str], Reader]


def _row(page: Markup, key: str) -> Element:
    return page.one("tr", data_row=key)


def _page(answer: Any) -> Markup:
    page = read_markup(answer.content.decode())
    assert page.faults == []
    return page


def _open(reader: Reader, key: str, fact: str, query: str = "") -> dict[str, str]:
    """What the form of a cell hands back."""
    form = _row(reader.page(f"{LIST}?{query}&edit={key}&fact={fact}"), key).one(
        "form", data_incell=""
    )
    names = ("key", "column", "seen")
    return {name: form.one("input", name=name).attrs["value"] for name in names}


def _said(page: Markup) -> str:
    return " ".join(e.text for e in page.walk() if e.attrs.get("role") in ("status", "alert"))


@pytest.mark.django_db(
    transaction=True
)  # whether the book is behind is asked of what was committed
@pytest.mark.usefixtures("selling")
def test_a_row_is_edited_says_at_once_what_was_saved_and_is_undone(
    as_bob: Reader, follows: Follow
) -> None:
    page = as_bob.page(f"{LIST}?stage=New&sort=value")
    assert page.faults == []
    assert [r[1] for r in page.rows("Opportunities")] == ["Bob's deal", "Mill"]
    form = _open(as_bob, "mill", "stage", "stage=New&sort=value")
    saved = as_bob.post(f"{LIST}?stage=New&sort=value", value="Offer", **form)
    after = as_bob.page(saved.headers["Location"])
    assert "stage=New&sort=value" in saved.headers["Location"]
    row = _row(after, "mill").text
    assert "Offer, change Stage" in row
    assert "Saved; numbers follow" in row
    assert "Saved; numbers follow" not in _row(after, "bob-deal").text
    assert "Mill: Stage changed to Offer." in _said(after)
    assert Opportunity.objects.get(pk="mill").probability == pytest.approx(0.5)
    undo = after.one("form", data_undo="")
    undone = as_bob.post(
        undo.attrs["action"],
        change=undo.one("button").attrs["value"],
        key="mill",
        back=undo.one("input", name="back").attrs["value"],
    )
    again = as_bob.page(undone.headers["Location"])
    assert "Mill: Undone: stage is New again." in _said(again)
    assert "Saved; numbers follow" not in again.text
    follows()
    assert [r[1] for r in as_bob.page(f"{LIST}?stage=New").rows("Opportunities")][-1] == "Mill"


@pytest.mark.usefixtures("selling")
def test_with_script_only_the_row_comes_back(as_bob: Reader) -> None:
    form = _open(as_bob, "mill", "amount_minor")
    given = form | {"value": "3.5k", "reason": "One more"}
    answer = as_bob.client.post(LIST, given, HTTP_X_ROW="1")
    page = _page(answer)
    assert answer.status_code == 200
    assert [e.attrs["data-row"] for e in page.all("tr")] == ["mill"]
    assert "$3,500" in _row(page, "mill").text
    assert "Amount changed to $3,500." in _said(page)
    assert Change.objects.latest("pk").reason == "One more"


@pytest.mark.usefixtures("selling")
@pytest.mark.parametrize(
    ("fact", "value", "word"),
    [
        ("amount_minor", "much", "Write an amount"),
        ("close_date", "soon", "Write a day"),
        ("stage", "Nowhere", "Choose one of the list."),
    ],
)
def test_what_does_not_fit_is_told_in_the_row(
    as_bob: Reader, fact: str, value: str, word: str
) -> None:
    answer = as_bob.post(LIST, value=value, **_open(as_bob, "mill", fact))
    assert answer.status_code == 422
    page = _page(answer)
    assert word in _row(page, "mill").text
    assert _row(page, "mill").one("form", data_incell="")


def test_who_was_overtaken_sees_both_values_in_the_row(selling: Office, as_bob: Reader) -> None:
    form = _open(as_bob, "mill", "amount_minor")
    edit_record(selling.alice, Opportunity, "mill", {"amount_minor": 900}, system_clock)
    answer = as_bob.post(LIST, value="5k", **form)
    assert answer.status_code == 409
    row = _row(_page(answer), "mill").text
    assert "Alice changed this" in row
    assert "Now $9 Yours 5k" in row
    assert Opportunity.objects.get(pk="mill").amount_minor == 900


@pytest.mark.usefixtures("selling")
def test_a_row_handed_over_is_gone_at_once_and_said_so(as_bob: Reader) -> None:
    saved = as_bob.post(LIST, value="charlie", **_open(as_bob, "mill", "owner_id"))
    page = as_bob.page(saved.headers["Location"])
    assert page.all("tr", data_row="mill") == []
    assert "no longer among what you may see" in _said(page)


@pytest.mark.parametrize(
    ("reader", "sees", "edits"),
    [
        ("bob", {"bob-deal", "mill", "quay"}, True),
        ("alice", {"alice-deal", "bob-deal", "mill", "quay"}, True),
        ("charlie", {"charlie-deal"}, True),
        ("ada", {"alice-deal", "bob-deal", "mill", "quay", "charlie-deal"}, False),
    ],
)
def test_each_reader_edits_their_own_rows_and_no_other(
    selling: Office, as_: As, reader: str, sees: set[str], edits: bool
) -> None:
    if reader == "ada":
        selling.ravi.role = "analyst"
        selling.ravi.save()
    somebody = as_("ravi" if reader == "ada" else reader)
    page = somebody.page(LIST)
    assert {e.attrs["data-row"] for e in page.all("tr") if "data-row" in e.attrs} == sees
    assert bool([e for e in page.all("a") if "data-cell" in e.attrs]) is edits
    seen = str(version_now(Opportunity(id="mill")))
    form = {"key": "mill", "column": "stage", "seen": seen, "value": "Won"}
    status = somebody.post(LIST, **form).status_code
    assert status == (302 if "mill" in sees and edits else 403 if "mill" in sees else 404)
    assert somebody.get(f"{LIST}?edit=mill&fact=stage").status_code == 200


@pytest.mark.usefixtures("selling")
def test_accounts_are_edited_in_their_list(as_bob: Reader) -> None:
    page = as_bob.page("/accounts?edit=bob-account&fact=industry")
    form = _row(page, "bob-account").one("form", data_incell="")
    values = {n: form.one("input", name=n).attrs["value"] for n in ("key", "column", "seen")}
    saved = as_bob.post("/accounts", value="Media", **values)
    after = as_bob.page(saved.headers["Location"])
    assert "Media" in _row(after, "bob-account").text
