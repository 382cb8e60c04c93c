"""Tasks: planned on a record's page, listed overdue first, done with one click and undone, seen by whom they concern."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from salesops.foundations.clock import system_clock
from salesops.records.models import Activity, Contact
from tests.office.readers import Office, Reader, make_login
from tests.web.markup import Markup, read_markup

pytestmark = pytest.mark.django_db

ABOUT = "/activities/new?about=opportunity%2Fbob-deal"
As = Callable[[str], Reader]


def _page(answer: Any) -> Markup:
    page = read_markup(answer.content.decode())
    assert page.faults == []
    return page


def _plan(reader: Reader, address: str = ABOUT, **more: str) -> Any:
    form = {"subject": "Call them", "kind": "task", "state": "open", "owner_id": "bob"}
    return reader.post(address, **{**form, **more})


def _titles(page: Markup) -> list[str]:
    lists = [e for e in page.walk() if "todo" in e.attrs.get("class", "").split()]
    return [a.text for each in lists for a in each.all("a", class_="row b")]


def _make(key: str, days: int | None, **more: Any) -> None:
    at = None if days is None else system_clock() + timedelta(days=days)
    Activity.objects.create(
        id=key, kind="task", subject=f"Do {key}", owner_id="bob", is_done=False, occurred_at=at, **more
    )  # fmt: skip


def test_a_task_planned_on_a_deal_is_among_the_tasks_of_whom_it_is_for(
    served: Office, as_: As
) -> None:
    Contact.objects.create(id="c", name="Carla", account_id="bob-account")
    form = as_("alice").page(ABOUT)
    assert form.faults == []
    assert "Carla" in form.text
    answer = _plan(as_("alice"), day="2026-03-31", time="14:30", contact_id="c")
    assert answer.status_code == 302
    made = Activity.objects.get()
    assert (made.opportunity_id, made.owner_id, made.contact_id) == ("bob-deal", "bob", "c")
    assert (made.is_done, made.occurred_at) == (False, datetime(2026, 3, 31, 14, 30, tzinfo=UTC))
    mine = as_("bob").page("/tasks")
    assert _titles(mine) == ["Call them"]
    assert "Bob's deal" in mine.text
    assert _titles(as_("alice").page("/tasks")) == []
    assert _titles(as_("alice").page("/opportunities/bob-deal")) == ["Call them"]
    assert _titles(as_("bob").page("/accounts/bob-account")) == ["Call them"]
    assert served.bob.is_active


def test_tasks_stand_in_the_order_in_which_they_are_due(as_bob: Reader) -> None:
    for key, days in (("later", 9), ("never", None), ("late", -9), ("soon", 1), ("today", 0)):
        _make(key, days)
    page = as_bob.page("/tasks")
    assert _titles(page) == ["Do late", "Do today", "Do soon", "Do later", "Do never"]
    headings = [h.text for h in page.all("h2")]
    assert headings[:4] == ["Overdue", "Today", "Later", "Without a day"]
    assert "9 days overdue" in page.text


def test_the_menu_counts_what_is_overdue_and_what_is_due_today(as_bob: Reader) -> None:
    for key, days in (("late", -1), ("today", 0), ("soon", 1), ("never", None)):
        _make(key, days)
    Activity.objects.filter(pk="late").update(deleted_at=system_clock())
    page = as_bob.page("/tasks")
    assert [b.text for b in page.all("b", class_="due num")] == ["1 due", "1"]
    assert page.one("button", popovertarget="side").attrs["aria-label"] == "Menu, 1 due"
    Activity.objects.filter(pk="today").update(is_done=True)
    assert as_bob.page("/tasks").all("b", class_="due num") == []


def test_a_task_is_done_with_one_click_which_is_said_and_undone(as_bob: Reader) -> None:
    _make("late", -3, opportunity_id="bob-deal")
    before = Activity.objects.get().occurred_at
    answer = as_bob.post("/done/activity/late", back="/opportunities/bob-deal")
    said = as_bob.page(answer["Location"])
    assert answer["Location"].startswith("/opportunities/bob-deal?did=")
    assert said.one("div", role="status").text.startswith("Done: Do late.")
    done = Activity.objects.get()
    assert done.is_done
    assert system_clock() - done.occurred_at < timedelta(minutes=1)
    change = said.one("button", name="change").attrs["value"]
    answer = as_bob.post("/tasks/undo", change=change, back="/tasks")
    again = Activity.objects.get()
    assert (again.is_done, again.occurred_at) == (False, before)
    page = as_bob.page(answer["Location"])
    assert page.one("div", role="status").text == "Undone: Do late."
    assert page.all("button", name="change") == []


def test_what_is_not_a_readers_looks_like_what_is_not_there(served: Office, as_: As) -> None:
    _make("late", -3, opportunity_id="bob-deal")
    change = as_("bob").post("/done/activity/late")["Location"].partition("did=")[2]
    charlie, nothing = as_("charlie"), as_("charlie").get("/activities/none")
    answers = [
        charlie.get("/activities/late"),
        charlie.post("/activities/late", do="edit", column="subject", value="x", seen="1"),
        charlie.post("/done/activity/late"),
        charlie.post("/undo/activity/late", change=change),
        charlie.post("/tasks/undo", change=change),
        as_("alice").post("/tasks/undo", change=change),  # it was not she who did it
    ]
    assert [a.status_code for a in answers] == [404] * 6
    assert answers[0].content == nothing.content
    assert Activity.objects.get().is_done
    assert "Do late" not in charlie.page(f"/tasks?did={change}").text
    # Whoever is not to see the deal plans nothing about it.
    assert "Bob's deal" not in charlie.page(ABOUT).text
    _plan(charlie, owner_id="charlie")
    assert Activity.objects.get(owner="charlie").opportunity_id is None
    assert "Do late" in as_("alice").page("/activities/late").text
    assert served.alice.is_active


def test_a_task_about_what_its_person_may_not_see_does_not_name_it(as_: As) -> None:
    _plan(as_("bob"), owner_id="charlie")
    page = as_("charlie").page("/tasks")
    assert _titles(page) == ["Call them"]
    assert "Bob" not in page.text
    key = Activity.objects.get().pk
    assert "Bob's deal" not in as_("charlie").page(f"/activities/{key}").text


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"subject": " "}, "Say what it is about."),
        ({"kind": "party"}, "Choose one of the list."),
        ({"time": "10:00"}, "Say the day as well."),
        ({"day": "2026-02-30"}, "Write a day as 2026-03-31."),
        ({"day": "2026-02-03", "time": "25:00"}, "Write a time as 14:30."),
        ({"day": "2199-01-01", "state": "done"}, "What is done cannot be in the future."),
        ({"duration_minutes": "an hour"}, "Write a whole number."),
        ({"owner_id": "nobody-here"}, "There is no such owner."),
        ({"contact_id": "c9"}, "Choose one of the list."),
    ],
)
def test_what_cannot_be_kept_is_said_beside_its_field(
    as_bob: Reader, typed: dict[str, str], problem: str
) -> None:
    Contact.objects.create(id="c", name="Carla", account_id="bob-account")
    answer = _plan(as_bob, **typed)
    assert answer.status_code == 422
    alerts = [e.text for e in _page(answer).walk() if e.attrs.get("role") == "alert"]
    assert [a for a in alerts if a.startswith(problem)] == alerts != []
    assert not Activity.objects.exists()


def test_a_call_that_is_logged_happened_now_and_is_edited_in_place(as_bob: Reader) -> None:
    _plan(as_bob, kind="call", state="done", subject="Talked price")
    made = Activity.objects.get()
    assert made.is_done
    assert system_clock() - made.occurred_at < timedelta(minutes=1)
    address = f"/activities/{made.pk}"
    for column, value in (
        ("occurred_at", "2026-05-04T09:15"),
        ("kind", "meeting"),
        ("is_done", "False"),
    ):
        seen = as_bob.page(f"{address}?edit={column}").one("input", name="seen").attrs["value"]
        answer = as_bob.post(address, do="edit", column=column, value=value, seen=seen)
        assert answer.status_code == 302, column
    made.refresh_from_db()
    assert (made.kind, made.is_done) == ("meeting", False)
    assert made.occurred_at == datetime(2026, 5, 4, 9, 15, tzinfo=UTC)
    assert "4 May 2026, 09:15" in as_bob.page(address).text


def test_who_only_looks_plans_nothing(served: Office, as_: As) -> None:
    assert (
        as_("bob").page("/opportunities/bob-deal").text.count("New task") == 2
    )  # palette and page
    served.ravi.role = "analyst"
    served.ravi.save()
    assert "New task" not in as_("ravi").page("/opportunities/bob-deal").text
    assert _plan(as_("ravi")).status_code == 403
    assert not Activity.objects.exists()


def test_the_way_back_never_leads_elsewhere(as_bob: Reader) -> None:
    for back in ("//evil.example", "https://evil.example/", "javascript:alert(1)", "\\\\evil"):
        _make("t", 0)
        assert as_bob.post("/done/activity/t", back=back)["Location"].startswith("/tasks?did=")
        Activity.objects.all().delete()


def test_a_login_that_is_nobody_of_the_organisation_has_no_tasks(as_: As) -> None:
    _make("late", -3)
    make_login("Nina", "administrator")
    page = as_("dora").page("/tasks")
    assert _titles(page) == []
    assert "nobody of the organisation" in page.text


def test_a_record_leads_to_asking_sales_operations_about_it(as_bob: Reader) -> None:
    for address, about in (
        ("/opportunities/bob-deal", "opportunity%2Fbob-deal"),
        ("/accounts/bob-account", "account%2Fbob-account"),
    ):
        links = [a.attrs.get("href") for a in as_bob.page(address).all("a")]
        assert f"/requests/new?about={about}" in links
