"""In an office each reader finds what is wrong among what they see, and mends it where it stands."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from salesops.records.models import Opportunity
from salesops.web import books
from tests.office.readers import Office, Reader
from tests.office.selling import Follow, follows, selling
from tests.web.markup import Element, Markup, read_markup

__all__ = ["follows", "selling"]
pytestmark = pytest.mark.django_db

PAGE, PAST = "/clean-data", "/clean-data/close_date_past"
PASSED = ("alice-deal", "bob-deal", "mill", "charlie-deal")


@pytest.fixture
def wrong(selling: Office, follows: Follow) -> Office:
    """One deal of Alice, two of Bob and one of Charlie are past their date; Bob's third is not."""
    Opportunity.objects.filter(pk__in=PASSED).update(close_date=date(2026, 3, 1))
    follows()
    return selling


def _names(reader: Reader, address: str = PAST) -> list[str]:
    rows = reader.page(address).rows("Close date has passed")
    return [row[1] for row in rows if len(row) > 1]


def _page(answer: Any) -> Markup:
    page = read_markup(answer.content.decode())
    assert page.faults == []
    return page


def _said(page: Markup) -> str:
    return " ".join(e.text for e in page.walk() if e.attrs.get("role") in ("status", "alert"))


def _sent(form: Element) -> dict[str, list[str]]:
    """What a form hands back as it stands."""
    sent: dict[str, list[str]] = {}
    for field in form.all("input"):
        if "name" in field.attrs and field.attrs["name"] != "csrfmiddlewaretoken":
            sent.setdefault(field.attrs["name"], []).append(field.attrs.get("value", ""))
    return sent


@pytest.mark.usefixtures("wrong")
def test_each_reader_is_told_of_what_they_see(
    as_alice: Reader, as_bob: Reader, as_charlie: Reader, as_dora: Reader
) -> None:
    told = {
        "alice": (as_alice, 3, "$3.5K", {"Alice's deal", "Bob's deal", "Mill"}),
        "bob": (as_bob, 2, "$3K", {"Bob's deal", "Mill"}),
        "charlie": (as_charlie, 1, "$8K", {"Charlie's deal"}),
        "dora": (as_dora, 4, "$11.5K", {"Alice's deal", "Bob's deal", "Mill", "Charlie's deal"}),
    }
    for reader, count, money, names in told.values():
        page = reader.page(PAGE)
        assert page.faults == []
        row = next(r for r in page.rows("What is wrong") if r[0].startswith("Close date"))
        assert (row[1], row[3]) == (str(count), money)
        assert set(_names(reader)) == names
        exported = reader.get(PAST, export="csv")
        assert len(b"".join(exported).decode("utf-8-sig").strip().splitlines()) - 1 == count


@pytest.mark.usefixtures("wrong")
def test_who_may_only_look_is_offered_nothing_to_change(wrong: Office) -> None:
    wrong.ravi.role = "analyst"
    wrong.ravi.save()
    page = Reader(wrong.ravi).page(PAST)
    assert len(page.rows("Close date has passed")) == 4
    assert "Mend all" not in page.text
    assert not page.all("a", class_="cell")
    merging = Reader(wrong.ravi).page("/clean-data/account_twice")
    assert [a for a in merging.all("a", href="/duplicates") if "merge them" in a.text]


@pytest.mark.usefixtures("wrong")
def test_ones_own_is_told_apart_from_what_ones_people_have(as_alice: Reader) -> None:
    page = as_alice.page(f"{PAGE}?owner=alice")
    row = next(r for r in page.rows("What is wrong") if r[0].startswith("Close date"))
    assert row[1] == "1"
    assert page.one("nav", aria_label="Whose").one("a", aria_current="page").text == "My own"


@pytest.mark.django_db(
    transaction=True
)  # whether the book is behind is asked of what was committed
@pytest.mark.usefixtures("wrong")
def test_a_row_is_mended_in_place_taken_back_there_and_gone_once_the_book_follows(
    as_bob: Reader, follows: Follow
) -> None:
    opened = as_bob.page(f"{PAST}?edit=mill&fact=close_date")
    form = opened.one("form", data_incell="")
    saved = as_bob.post(form.attrs["action"], **(_sent(form) | {"value": ["2099-01-31"]}))
    assert saved.headers["Location"].startswith(PAST)
    after = as_bob.page(saved.headers["Location"])
    assert "Mill: Close date changed to 31 Jan 2099." in _said(after)
    assert "Saved; numbers follow" in after.one("tr", data_row="mill").text
    follows()
    assert _names(as_bob) == ["Bob's deal"]
    undo = after.one("form", data_undo="")
    button = undo.one("button").attrs
    undone = as_bob.post(undo.attrs["action"], **_sent(undo), **{button["name"]: button["value"]})
    assert undone.headers["Location"].startswith(PAST)
    assert Opportunity.objects.get(pk="mill").close_date == date(2026, 3, 1)


@pytest.mark.usefixtures("wrong")
def test_with_script_a_row_mended_comes_back_though_it_is_no_longer_wrong(
    as_bob: Reader, follows: Follow
) -> None:
    opened = as_bob.page(f"{PAST}?edit=mill&fact=close_date")
    sent = _sent(opened.one("form", data_incell="")) | {"value": ["2099-01-31"]}
    Opportunity.objects.filter(pk="mill").update(close_date=date(2026, 3, 2))
    follows()
    answer = as_bob.client.post(PAST, sent, HTTP_X_ROW="1")
    assert [e.attrs["data-row"] for e in _page(answer).all("tr")] == ["mill"]


@pytest.mark.usefixtures("wrong")
def test_mending_all_changes_just_what_the_list_shows_and_is_undone_as_one(
    as_alice: Reader,
) -> None:
    page = as_alice.page(f"{PAST}?owner=Bob")
    (form,) = (f for f in page.all("form") if "Mend all 2" in f.text)
    button = form.one("button").attrs
    chosen = _sent(form) | {button["name"]: [button["value"]], "value": ["2099-02-28"]}
    looked = _page(as_alice.post(form.attrs["action"], **chosen, do="preview"))
    assert "Change 2 opportunities" in looked.text
    (agreed,) = (f for f in looked.all("form") if f.text.count("Change 2 opportunities"))
    done = as_alice.post(form.attrs["action"], **_sent(agreed), do="apply")
    assert done.headers["Location"].startswith(f"{PAST}?owner=Bob")
    passed = Opportunity.objects.filter(close_date=date(2026, 3, 1))
    assert set(passed.values_list("pk", flat=True)) == {"alice-deal", "charlie-deal"}
    after = as_alice.page(done.headers["Location"])
    undo = after.one("form", data_undo="")
    pressed = undo.one("button").attrs
    back = as_alice.post(undo.attrs["action"], **_sent(undo), **{pressed["name"]: pressed["value"]})
    assert back.headers["Location"].startswith(PAST)
    assert passed.count() == 4


@pytest.mark.usefixtures("wrong")
def test_home_says_what_is_ones_own_to_mend_and_nothing_where_nothing_is(
    as_bob: Reader, as_dora: Reader, follows: Follow
) -> None:
    card = as_bob.page("/").one("section", aria_labelledby="mh")
    assert "Yours to mend" in card.text
    assert "2open deals past their close date$3K at stake" in card.text
    of_all = as_dora.page("/").one("section", aria_labelledby="mh").text
    assert "4open deals past their close date" in of_all
    for reader_link in card.all("a"):
        assert as_bob.get(reader_link.attrs["href"]).status_code == 200
    Opportunity.objects.filter(pk__in=PASSED).update(close_date=date(2099, 3, 1))
    follows()
    assert not as_bob.page("/").all("section", aria_labelledby="mh")


@pytest.mark.usefixtures("wrong")
def test_where_asking_takes_long_counts_stand_for_a_while_and_say_of_when_they_are(
    as_bob: Reader, follows: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(books, "LONG", 0.0)
    assert "These counts are of" not in as_bob.page(PAGE).text
    Opportunity.objects.filter(pk="mill").update(close_date=date(2099, 3, 1))
    follows()
    page = as_bob.page(PAGE)
    assert "2record" in page.text
    assert "These counts are of" in page.text
    monkeypatch.setattr(books, "AGAIN_AFTER", 0.0)
    page = as_bob.page(PAGE)
    assert "1record" in page.text
    assert "These counts are of" not in page.text


@pytest.mark.usefixtures("wrong")
def test_an_account_that_is_missing_is_named_in_the_row(as_bob: Reader, follows: Follow) -> None:
    Opportunity.objects.filter(pk="mill").update(account_id=None)
    follows()
    place = "/clean-data/account_missing"
    opened = as_bob.page(f"{place}?edit=mill&fact=account_id")
    form = opened.one("form", data_incell="")
    as_bob.post(form.attrs["action"], **(_sent(form) | {"value": ["Bob's customer"]}))
    assert Opportunity.objects.get(pk="mill").account_id == "bob-account"
