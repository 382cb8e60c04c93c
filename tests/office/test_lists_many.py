"""Many rows of a list are changed at once: previewed with counts and money, done as one change, taken back as one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from salesops.actions import edit_in_bulk
from salesops.foundations.clock import system_clock
from salesops.jobs.kinds import KINDS
from salesops.jobs.worker import Worker
from salesops.records.change import Change
from salesops.records.job import Job
from salesops.records.models import Opportunity, PipelineStage
from tests.office.readers import Office, Reader
from tests.office.selling import follows, selling
from tests.web.markup import Element, Markup, read_markup

__all__ = ["follows", "selling"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("selling")]

LIST, MANY = "/opportunities", "/change/opportunity"
As = Callable[[str], Reader]


def _page(answer: Any) -> Markup:
    page = read_markup(answer.content.decode())
    assert page.faults == []
    return page


def _form(page: Markup, button: str) -> dict[str, Any]:
    """What the form with that button sends."""
    (form,) = (
        f for f in page.all("form") if any(b.text.startswith(button) for b in f.all("button"))
    )
    sent: dict[str, Any] = {}
    for field in form.all("input"):
        if "name" in field.attrs:
            sent.setdefault(field.attrs["name"], []).append(field.attrs.get("value", ""))
    (pressed,) = (b for b in form.all("button") if b.text.startswith(button))
    return sent | {"do": pressed.attrs["value"]}


def _preview(reader: Reader, column: str, value: str, *keys: str, **more: str) -> Any:
    form = {"column": column, "value": value, "do": "preview", **more}
    return reader.post(MANY, key=keys, **form)


def _stages(*keys: str) -> list[str | None]:
    return [Opportunity.objects.get(pk=key).stage for key in keys]


def _said(page: Markup) -> str:
    return " ".join(e.text for e in page.walk() if e.attrs.get("role") in ("status", "alert"))


def _text(page: Markup, heading: str) -> str:
    (card,) = (e for e in page.all("section") if any(h.text == heading for h in e.all("h2")))
    return card.text


def test_a_preview_counts_what_changes_its_money_and_what_stays_and_why(as_alice: Reader) -> None:
    page = _page(
        _preview(as_alice, "stage", "Offer", "bob-deal", "mill", "quay", "charlie-deal", "none")
    )
    told = _text(page, "What changes")
    assert "2 opportunities worth $3K" in told
    assert page.rows("Examples") == [
        ["Mill", "New", "Offer", "$2,000"],
        ["Bob's deal", "New", "Offer", "$1,000"],
    ]
    left = _text(page, "What stays as it is")
    assert "Already so 1" in left
    assert "No longer there, or not yours to see 2" in left
    assert "Charlie" not in page.text
    assert _stages("bob-deal", "mill", "quay") == ["New", "New", "Offer"]


def test_it_is_one_change_and_one_undo_brings_all_back(as_bob: Reader) -> None:
    page = _page(_preview(as_bob, "stage", "Offer", "bob-deal", "mill", "quay", query="sort=value"))
    before = Change.objects.count()
    done = as_bob.post(MANY, **_form(page, "Change 2") | {"reason": "They asked"})
    assert done.headers["Location"] == f"{LIST}?sort=value"
    assert Change.objects.count() == before + 1
    assert Change.objects.latest("pk").reason == "They asked"
    assert _stages("bob-deal", "mill") == ["Offer", "Offer"]
    assert {str(d.probability) for d in Opportunity.objects.filter(owner="bob")} >= {"0.500000"}
    after = as_bob.page(f"{LIST}?sort=value")
    assert "2 opportunities: stage changed to Offer." in _said(after)
    undo = after.one("form", data_undo="")
    sent = {i.attrs["name"]: i.attrs["value"] for i in undo.all("input")}
    sent |= {"change": undo.one("button").attrs["value"]}
    gone_back = as_bob.post(undo.attrs["action"], **sent)
    assert "Undone: 2 are as they were." in _said(as_bob.page(gone_back.headers["Location"]))
    assert _stages("bob-deal", "mill", "quay") == ["New", "New", "Offer"]


def test_in_a_history_it_is_undone_for_all_or_where_one_is_not_the_readers_not_at_all(
    as_alice: Reader, as_bob: Reader
) -> None:
    as_bob.post(
        MANY, **_form(_page(_preview(as_bob, "stage", "Offer", "bob-deal", "mill")), "Change 2")
    )
    of_theirs = as_alice.page(f"{LIST}/mill").all("button", name="change")
    assert [button.text for button in of_theirs] == ["Undo for all 2"]
    both = _page(_preview(as_alice, "next_step", "Call", "alice-deal", "mill"))
    as_alice.post(MANY, **_form(both, "Change 2"))
    assert as_bob.page(f"{LIST}/mill").all("button", name="change") == []
    (undo,) = as_alice.page(f"{LIST}/mill").all("button", name="change")
    as_alice.post("/undo/opportunity/mill", change=undo.attrs["value"])
    assert set(Opportunity.objects.values_list("next_step", flat=True)) == {None}


def test_what_changed_since_it_was_looked_at_is_shown_again_and_not_done(as_bob: Reader) -> None:
    page = _page(_preview(as_bob, "stage", "Offer", "bob-deal", "mill"))
    Opportunity.objects.filter(pk="mill").update(stage="Won")
    again = _page(as_bob.post(MANY, **_form(page, "Change 2")))
    assert "Something changed since you looked" in _said(again)
    assert ["Mill", "Won", "Offer", "$2,000"] in again.rows("Examples")
    assert _stages("bob-deal", "mill") == ["New", "Won"]


def test_all_that_match_are_those_the_filters_leave(as_bob: Reader) -> None:
    form = {"column": "next_step", "value": "Call", "all": "1", "query": "stage=New"}
    page = _page(as_bob.post(MANY, do="preview", **form))
    assert {r[0] for r in page.rows("Examples")} == {"Bob's deal", "Mill"}
    as_bob.post(MANY, **_form(page, "Change 2"))
    changed = set(Opportunity.objects.filter(next_step="Call").values_list("pk", flat=True))
    assert changed == {"bob-deal", "mill"}


def test_a_value_is_read_for_each_as_on_its_page(as_bob: Reader) -> None:
    Opportunity.objects.filter(pk="quay").update(currency="JPY", amount_minor=9)
    PipelineStage.objects.create(id="x", pipeline="Other", stage="Elsewhere", outcome="open")
    Opportunity.objects.filter(pk="mill").update(pipeline="Other", stage="Elsewhere")
    page = _page(_preview(as_bob, "amount_minor", "4k", "bob-deal", "quay"))
    as_bob.post(MANY, **_form(page, "Change 2"))
    amounts = Opportunity.objects.in_bulk(["bob-deal", "quay"])
    assert [amounts[k].amount_minor for k in ("bob-deal", "quay")] == [400_000, 4_000]
    page = _page(_preview(as_bob, "stage", "Offer", "bob-deal", "mill"))
    assert "In a pipeline without this stage 1" in _text(page, "What stays as it is")
    assert "1 opportunity" in _text(page, "What changes")


@pytest.mark.parametrize("reader", ["charlie", "ada"])
def test_nobody_changes_what_is_not_theirs(as_: As, selling: Office, reader: str) -> None:
    if reader == "ada":
        selling.ravi.role = "analyst"
        selling.ravi.save()
    somebody = as_("ravi" if reader == "ada" else reader)
    form = {"column": "stage", "value": "Won", "key": ["mill"], "digest": "", "do": "apply"}
    answer = somebody.post(MANY, **form)
    assert answer.status_code == (404 if reader == "ada" else 422)
    assert "Mill" not in answer.content.decode()
    assert _stages("mill") == ["New"]
    boxes: list[Element] = somebody.page(LIST).all("input", name="key")
    assert {b.attrs["value"] for b in boxes} == (set() if reader == "ada" else {"charlie-deal"})


def test_very_many_are_changed_and_taken_back_by_a_worker_in_steps(
    as_bob: Reader, as_alice: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesops.web.pages.working.many.MOST_AT_ONCE", 1)
    monkeypatch.setattr("salesops.jobs.editing.STEP", 2)
    page = _page(_preview(as_bob, "stage", "Won", "bob-deal", "mill", "quay"))
    assert "A worker does it in steps" in page.text
    place = as_bob.post(MANY, **_form(page, "Change 3")).headers["Location"]
    assert "0 of 3" in as_bob.page(place).text
    assert as_alice.get(place).status_code == 404
    Opportunity.objects.filter(pk="quay").update(
        owner_id="charlie"
    )  # before the worker comes to it
    worker = Worker(KINDS, system_clock)
    assert worker.run_one()
    ended = as_bob.page(place)
    assert "2 opportunities changed. 1 stayed" in _said(ended)
    assert _stages("bob-deal", "mill", "quay") == ["Won", "Won", "Offer"]
    Opportunity.objects.filter(pk="mill").update(next_step="Somebody called")
    undoing = as_bob.post(place).headers["Location"]
    assert worker.run_one()
    assert "1 opportunity back as before. 1 stayed" in _said(as_bob.page(undoing))
    assert _stages("bob-deal", "mill") == ["New", "Won"]
    assert "Undo" not in [b.text for b in as_bob.page(place).all("button")]
    assert as_bob.post(place).status_code == 422


def test_a_worker_that_dies_is_followed_by_one_that_goes_on_from_there(
    selling: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesops.jobs.editing.STEP", 1)
    keys = ("bob-deal", "mill", "quay")
    alike = [edit_in_bulk.Alike({"next_step": "Call"}, keys)]
    edit_in_bulk.edit_alike_soon(selling.bob, Opportunity, alike, system_clock)
    done: list[str] = []

    def give_some(change: Change, noun: Any, keys: Any, values: Any) -> tuple[int, int]:
        if keys == ["mill"] and done == ["bob-deal"]:
            done.append("a death")
            raise MemoryError
        done.extend(keys)
        return edit_in_bulk.give_some(change, noun, keys, values)

    monkeypatch.setattr("salesops.jobs.editing.give_some", give_some)
    later = system_clock()
    worker = Worker(KINDS, lambda: later)
    worker.run_one()
    assert Job.objects.get().state == "waiting"
    later += timedelta(minutes=1)
    worker.run_one()
    assert done == ["bob-deal", "a death", "mill", "quay"]
    assert Job.objects.get().result == {"changed": 3, "left": 0}
    opened = {v.opened_by for v in Opportunity.versions.objects.filter(next_step="Call")}
    assert len(opened) == 1


def test_more_than_can_be_changed_at_once_is_refused(
    as_bob: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("salesops.web.pages.working.many.MOST", 2)
    answer = as_bob.post(MANY, column="stage", all="1", query="")
    assert answer.status_code == 422
    assert "Narrow the list first." in answer.content.decode()
    assert edit_in_bulk.MOST > 2
    assert not Job.objects.exists()
