"""The pages of the desk: who asks, who answers, what each reader sees of a request, and who was first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from salesops.actions.answer_request import answer_request
from salesops.actions.ask_for import ask_for
from salesops.actions.take_request import take_request
from salesops.foundations.business_hours import BusinessHours
from salesops.foundations.clock import system_clock
from salesops.records.models import CannedAnswer, Opportunity, Request
from salesops.records.user import User
from tests.office.readers import Office, Reader, make_login
from tests.web.markup import Markup, read_markup

pytestmark = pytest.mark.django_db

HOURS = BusinessHours()


def _asked(by: User, kind: str = "data_fix", title: str = "Wrong stage of the mill") -> int:
    return ask_for(by, kind, title, "The mill is won.", system_clock, HOURS).pk


def _page(answer: Any) -> Markup:
    page = read_markup(answer.content.decode())
    assert page.faults == []
    return page


def _alerts(answer: Any) -> str:
    return " ".join(e.text for e in _page(answer).walk() if e.attrs.get("role") == "alert")


def _queue(reader: Reader, query: str = "") -> list[str]:
    page = reader.page(f"/requests{query}")
    assert page.faults == []
    return [a.text for a in page.all("a", class_="row lk")]


@pytest.fixture
def as_ann(served: Office) -> Reader:
    """An analyst of sales operations."""
    assert served.bob.is_active
    return Reader(make_login("Ann", "analyst"))


def test_anybody_asks_and_is_told_what_to_expect(as_bob: Reader, as_ann: Reader) -> None:
    form = as_bob.page("/requests/new?about=opportunity/bob-deal&kind=report")
    assert "Bob's deal" in form.text
    assert form.one("input", name="kind", value="report").attrs.get("checked") == ""
    given = {"kind": "report", "title": "Mills", "needed": "All <b>mills</b>"}
    sent = as_bob.post("/requests/new", about="opportunity/bob-deal", **given)
    page = as_bob.page(sent.headers["Location"])
    assert page.faults == []
    assert "is sent. Expect a first answer by" in page.one("div", role="status").text
    assert "All <b>mills</b>" in page.one("ol", class_="talk").text
    assert "/opportunities/bob-deal" in page.links()
    assert _queue(as_ann) == [f"R-{Request.objects.get().pk} Mills"]


def test_a_record_one_may_not_see_is_not_linked_and_not_named(
    as_charlie: Reader, served: Office
) -> None:
    about = "opportunity/bob-deal"
    assert "Bob's deal" not in as_charlie.page(f"/requests/new?about={about}").text
    given = {"kind": "report", "title": "Mills", "needed": "All mills"}
    refused = as_charlie.post("/requests/new", about=about, **given)
    assert refused.status_code == 422
    assert "Bob's deal" not in refused.content.decode()
    key = ask_for(served.bob, "report", "X", "Y", system_clock, HOURS, records=[about]).pk
    # Bob hands his deal over, and sees it here no more than elsewhere.
    Opportunity.objects.filter(pk="bob-deal").update(owner_id="charlie", name="Charlie's now")
    assert "Charlie's now" not in Reader(served.bob).page(f"/requests/{key}").text


def test_what_was_typed_stays_where_something_is_missing(as_bob: Reader) -> None:
    answer = as_bob.post("/requests/new", kind="nothing", title="Mills", needed="All mills")
    assert answer.status_code == 422
    assert _alerts(answer) == "Choose one of the list."
    assert _page(answer).one("textarea", name="needed").text == "All mills"


def test_each_reader_sees_what_is_theirs(served: Office, as_ann: Reader) -> None:
    plain, secret = _asked(served.bob), _asked(served.bob, "pay", "My commission")
    answer_request(served.ravi, plain, system_clock, HOURS, text="He errs", is_note=True)
    answer_request(served.ravi, plain, system_clock, HOURS, text="Look again", minutes=7)
    answer_request(served.dora, secret, system_clock, HOURS, text="Hm", is_note=True)
    nothing = Reader(served.charlie).get("/requests/999999999")
    for reader, sees_plain, sees_secret, sees_notes in (
        (Reader(served.bob), True, True, False),
        (Reader(served.alice), False, False, False),
        (Reader(served.charlie), False, False, False),
        (as_ann, True, False, True),
        (Reader(served.dora), True, True, True),
    ):
        for key, sees in ((plain, sees_plain), (secret, sees_secret)):
            answer = reader.get(f"/requests/{key}")
            assert answer.status_code == (200 if sees else 404)
            if not sees:
                for form in ({"do": "take"}, {"do": "answer", "text": "x"}, {"do": "close"}):
                    assert reader.post(f"/requests/{key}", **form).status_code == 404
                if reader.login == served.charlie:
                    assert answer.content == nothing.content
                continue
            assert ("Only for the team" in answer.content.decode()) == sees_notes
        text = reader.get(f"/requests/{plain}").content.decode()
        assert ("He errs" in text) == sees_notes
        assert ("7 min" in text) == sees_notes
        titles = " ".join(_queue(reader, "?view=all&state=any"))
        assert ("mill" in titles) == sees_plain
        assert ("commission" in titles) == sees_secret
        assert _queue(reader, "?view=all&text=He+errs") == []  # notes are not searched
    assert Request.objects.get(pk=secret).events.count() == 2


def test_who_asked_does_not_do_what_is_the_desks(served: Office, as_bob: Reader) -> None:
    key = _asked(served.bob)
    for form in (
        {"do": "take"},
        {"do": "give", "to": str(served.ravi.pk)},
        {"do": "answer", "text": "x", "state": "solved"},
        {"do": "answer", "text": "x", "note": "on"},
        {"do": "answer", "minutes": "5"},
        {"do": "sort", "kind": "report", "priority": "1"},
        {"do": "nonsense"},
    ):
        answer = as_bob.post(f"/requests/{key}", **form)
        assert answer.status_code == 422, form
        assert _alerts(answer)
    assert Request.objects.get().events.count() == 1
    page = as_bob.page(f"/requests/{key}")
    assert not [e for e in page.all("select") if e.attrs["name"] in ("state", "to", "kind")]


def test_worked_on_in_the_queue_one_stays_in_it_and_can_undo(served: Office) -> None:
    key, _ = _asked(served.bob), _asked(served.bob, "report", "Mills")
    ravi = Reader(served.ravi)
    assert _queue(ravi, "?view=unassigned&kind=data_fix") == [f"R-{key} Wrong stage of the mill"]
    taken = ravi.post(f"/requests/{key}", do="take", back="view=unassigned&kind=data_fix")
    where = taken.headers["Location"]
    assert where.startswith("/requests?view=unassigned&kind=data_fix&")
    page = ravi.page(where)
    said = page.one("div", role="status")
    assert "Given to Ravi. In progress." in said.text
    assert _queue(ravi, "?view=mine") == [f"R-{key} Wrong stage of the mill"]
    form = {i.attrs["name"]: i.attrs["value"] for i in said.all("input")}
    form["change"] = said.one("button", name="change").attrs["value"]
    form.pop("csrfmiddlewaretoken", None)
    undone = ravi.page(ravi.post(f"/requests/{key}", **form).headers["Location"])
    assert "Taken back" in undone.one("div", role="status").text
    assert Request.objects.get(pk=key).owner is None
    opened = ravi.page(f"/requests?open={key}")
    assert opened.faults == []
    assert len(opened.all("textarea")) == 1


def test_the_second_of_two_is_told_who_has_it_and_keeps_what_was_typed(served: Office) -> None:
    key = _asked(served.bob)
    take_request(served.dora, key, system_clock, HOURS)
    ravi = Reader(served.ravi)
    late = ravi.post(f"/requests/{key}", do="take", owner_seen="")
    assert late.status_code == 409
    assert "Dora took R-" in _alerts(late)
    late = ravi.post(
        f"/requests/{key}", do="answer", text="Done.", state="solved", state_seen="new"
    )
    assert late.status_code == 409
    assert "Dora made R-" in _alerts(late)
    assert _page(late).one("textarea", name="text").text == "Done."
    assert Request.objects.get().owner == served.dora


def test_an_answer_that_is_kept_is_sent_where_nothing_else_is_written(served: Office) -> None:
    key = _asked(served.bob)
    kept = CannedAnswer.objects.create(title="More", text="Tell me more.")
    form = {"do": "answer", "canned": str(kept.pk), "state": "waiting", "minutes": "5"}
    Reader(served.ravi).post(f"/requests/{key}", **form)
    assert "Tell me more." in Reader(served.bob).page(f"/requests/{key}").text
    assert Request.objects.get().state == "waiting"


def test_what_is_late_comes_first(served: Office) -> None:
    early, late = _asked(served.bob, "report", "Early"), _asked(served.bob, "report", "Late")
    Request.objects.filter(pk=late).update(due_at=system_clock() - timedelta(days=1))
    queue = _queue(Reader(served.ravi))
    assert queue == [f"R-{late} Late", f"R-{early} Early"]
    assert _queue(Reader(served.ravi), "?overdue=1") == [f"R-{late} Late"]


@pytest.mark.parametrize(
    "query",
    [
        "came=2026-13", "came=0001-01&solved=9999-12", "owner=x", "page=99", "text=%00&kind=%00",
        "text=R-99999999999999999999", "state=x", "open=99", "of=1&done=9",
    ],
)  # fmt: skip
def test_no_address_of_the_queue_fails(served: Office, query: str) -> None:
    _asked(served.bob)
    assert Reader(served.ravi).get(f"/requests?{query}").status_code == 200
    assert Reader(served.ravi).get(f"/requests/{10**30}").status_code == 404


def test_no_form_of_the_desk_fails(served: Office) -> None:
    key, dora = _asked(served.bob), Reader(served.dora)
    for address, form in (
        ("/requests/new", {"kind": "\0", "title": "\0x", "needed": "x", "about": "account/\0"}),
        (f"/requests/{key}", {"do": "sort", "kind": "\0", "priority": "1"}),
        (f"/requests/{key}", {"do": "give", "to": "999"}),
        (f"/requests/{key}", {"do": "answer", "minutes": "1e9"}),
        (f"/requests/{key}", {"do": "answer", "minutes": "999999"}),
        (f"/requests/{key}", {"do": "undo", "change": "x"}),
        ("/requests/settings", {"do": "kind", "key": "\0", "name": "x", "answer": "NaN"}),
        ("/requests/settings", {"do": "answer", "key": "9", "title": "x", "text": "y"}),
    ):
        answer = dora.post(address, **form)
        assert (answer.status_code, bool(_alerts(answer))) == (422, True), form
    assert Request.objects.get().events.count() == 1
