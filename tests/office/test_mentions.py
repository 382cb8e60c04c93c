"""Who is mentioned by @ in a note or a request finds it under For you until they look; never what they may not see."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from salesops.actions.answer_request import answer_request
from salesops.actions.ask_for import ask_for
from salesops.actions.create_record import create_record
from salesops.actions.edit_record import edit_record
from salesops.actions.unfit import Unfit
from salesops.foundations.clock import fixed_clock
from salesops.records.at_mention import AtMention
from salesops.records.models import Activity, Opportunity
from salesops.records.user import User
from salesops.web.pages.desk.service_level import office_hours
from tests.office.readers import Office, Reader, make_login
from tests.web.markup import Markup, read_markup

pytestmark = pytest.mark.django_db

MAY = fixed_clock(datetime(2026, 5, 4, 9, tzinfo=UTC))
As = Callable[[str], Reader]


def _note(actor: User, text: str, deal: str = "bob-deal") -> Activity:
    values = {"subject": text, "kind": "note", "opportunity_id": deal, "is_done": True}
    made = create_record(actor, Activity, values, MAY)
    assert isinstance(made, Activity)
    return made


def _for_you(page: Markup) -> list[str]:
    found = [s for s in page.all("section") if s.attrs.get("aria-labelledby") == "fyh"]
    return [li.text for section in found for li in section.all("li")]


def _mentioned() -> list[str]:
    return [str(m.login) for m in AtMention.objects.order_by("pk").select_related("login")]


def test_who_is_mentioned_in_a_note_finds_it_until_they_look(served: Office, as_: As) -> None:
    form = {
        "subject": "@Alice <b>look</b> & say, @Bob", "kind": "note", "state": "done", "owner_id": "bob",
    }  # fmt: skip
    answer = as_("bob").client.post("/activities/new?about=opportunity/bob-deal", form)
    assert answer.status_code == 302
    note = Activity.objects.get()
    page = as_("alice").page("/tasks")
    assert page.faults == []
    assert "@Alice <b>look</b> & say, @Bob" in _for_you(page)[0]
    assert "Bob mentioned you" in _for_you(page)[0]
    assert "1 for you" in " ".join(page.text.split())
    for other in ("bob", "charlie", "ravi"):
        assert _for_you(as_(other).page("/tasks")) == []
    as_("alice").client.get(f"/activities/{note.pk}", HTTP_SEC_PURPOSE="prefetch")
    assert _for_you(as_("alice").page("/tasks"))
    assert _for_you(as_("alice").page(f"/activities/{note.pk}")) == []
    assert _for_you(as_("alice").page("/tasks")) == []
    assert served.bob.is_active


def test_who_may_not_see_it_is_not_mentioned_and_nothing_is_written(
    served: Office, as_bob: Reader
) -> None:
    form = {"subject": "Ask @charlie", "kind": "note", "state": "done", "owner_id": "bob"}
    answer = as_bob.client.post("/activities/new?about=opportunity/bob-deal", form)
    assert answer.status_code == 422
    page = read_markup(answer.content.decode())
    assert "Charlie may not see this, so they cannot be mentioned." in page.text
    assert page.one("input", name="subject").attrs["value"] == "Ask @charlie"
    assert not Activity.objects.exists()
    note = _note(served.bob, "Nothing yet")
    with pytest.raises(Unfit, match="Charlie may not see this"):
        edit_record(served.bob, Activity, note.pk, {"subject": "Ask @Charlie"}, MAY)
    assert Activity.objects.get().subject == "Nothing yet"


def test_an_edit_mentions_whom_it_names_anew_and_nobody_twice(served: Office) -> None:
    note = _note(served.bob, "For @Alice")
    edit_record(served.bob, Activity, note.pk, {"subject": "For @Alice and @Ravi"}, MAY)
    assert _mentioned() == ["Alice", "Ravi"]


def test_what_one_may_see_no_more_is_not_told_of(served: Office, as_: As) -> None:
    _note(served.bob, "Secret plan, @Alice")
    edit_record(served.ravi, Opportunity, "bob-deal", {"owner_id": "charlie"}, MAY)
    Activity.objects.update(owner_id="charlie")
    page = as_("alice").page("/tasks")
    assert "Secret plan" not in page.text
    assert "for you" not in page.text


def test_words_of_a_request_mention_who_may_read_them(served: Office, as_: As) -> None:
    hours = office_hours()
    asked = ask_for(served.bob, "data_fix", "A stage", "Please, @Ravi", MAY, hours)
    assert "R-" in _for_you(as_("ravi").page("/tasks"))[0]
    as_("ravi").page(f"/requests/{asked.pk}")
    assert _for_you(as_("ravi").page("/tasks")) == []
    answer_request(served.ravi, asked.pk, MAY, hours, text="Which one, @Bob?")
    assert "A stage" in _for_you(as_("bob").page("/tasks"))[0]
    for text, is_note in (("@Alice, look", False), ("@Bob must not read this", True)):
        with pytest.raises(Unfit, match="may not see this"):
            answer_request(served.ravi, asked.pk, MAY, hours, text=text, is_note=is_note)
    answer_request(served.ravi, asked.pk, MAY, hours, text="@Dora what do you say?", is_note=True)
    assert _mentioned() == ["Ravi", "Bob", "Dora"]


@pytest.mark.parametrize(
    ("text", "mentioned"),
    [
        ("@Alice", ["Alice"]), ("(@alice)", ["Alice"]), ("@ALICE, @Ravi: look", ["Alice", "Ravi"]),
        ("@Alice May", ["Alice May"]), ("@Alicent", []), ("x@alice", []), ("@ Alice", []), ("Alice", []),
        ("@alice@example.com", ["Alice"]), ("mail to a@b.com", []), ("@nobody", []), ("@Alice @Alice", ["Alice"]),
    ],
)  # fmt: skip
def test_a_name_after_an_at_is_read_as_far_as_it_goes(
    served: Office, text: str, mentioned: list[str]
) -> None:
    make_login("Alice.May", "manager")
    User.objects.filter(email="alice.may@example.com").update(name="Alice May")
    _note(served.bob, text)
    assert _mentioned() == mentioned


def test_of_two_with_one_name_neither_is_guessed(served: Office) -> None:
    User.objects.filter(pk=served.dora.pk).update(name="Alice")
    with pytest.raises(Unfit, match="2 people are called Alice"):
        _note(served.bob, "For @Alice")
    _note(served.bob, "For @dora@example.com")
    assert AtMention.objects.get().login_id == served.dora.pk


def test_only_those_are_offered_who_may_see_it(served: Office, as_: As) -> None:
    def names(reader: str, about: str, q: str = "") -> list[str]:
        page = as_(reader).page(f"/people-to-mention?about={about}&q={q}")
        return [li.attrs["data-mention"] for li in page.all("li")]

    assert names("bob", "opportunity/bob-deal") == ["Alice", "Dora", "Ravi"]
    assert names("bob", "opportunity/bob-deal", "ra") == ["Ravi"]
    assert names("bob", "") == ["Alice", "Dora", "Ravi"]
    assert names("charlie", "opportunity/charlie-deal") == ["Dora", "Ravi"]
    note = _note(served.bob, "A note")
    nothing: Any = as_("charlie").get("/people-to-mention?about=opportunity/none")
    for about in ("opportunity/bob-deal", f"activity/{note.pk}", "request/1", "person/bob"):
        answer = as_("charlie").get(f"/people-to-mention?about={about}")
        assert (answer.status_code, answer.content) == (404, nothing.content)
