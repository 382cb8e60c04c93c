"""The organisation is drawn as of a day for everybody, and arranged by sales operations, who see first what would change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from salesops.foundations.clock import system_clock
from salesops.records.models import Change, Person, Share, TeamMembership
from tests.office.readers import Office, Reader

pytestmark = pytest.mark.django_db

MOVE = {"person": "bob", "manager": "charlie", "team": "West", "look": "1"}
SEEN = {"seen_manager": "alice", "seen_team": "East", "seen_role": ""}


def _tomorrow() -> str:
    return (system_clock().date() + timedelta(days=2)).isoformat()


def test_everybody_sees_who_reports_to_whom_and_nobody_else_how_to_move_them(
    as_: Callable[[str], Reader],
) -> None:
    for reader in ("alice", "bob", "charlie"):
        page = as_(reader).page("/organisation")
        assert "Alice" in page.text
        assert "1 below" in page.text
        assert "Move" not in page.text
        for address in ("/organisation/move?person=bob", "/organisation/team?team=East"):
            assert as_(reader).get(address).status_code == 422
            assert as_(reader).post(address, **MOVE, **SEEN).status_code == 422
    assert Person.objects.get(pk="bob").manager_id == "alice"


def test_what_a_move_changes_is_said_before_it_is_done(
    served: Office, as_: Callable[[str], Reader]
) -> None:
    change = Change.objects.create(
        at=system_clock(), effective_at=system_clock(), verb="share_record", door="browser"
    )
    Share.objects.create(noun="account", record_id="x", team="West", begun_by=change)
    said = as_("ravi").client.get("/organisation/move", MOVE).content.decode()
    assert "no longer to Alice" in said
    assert "Bob is in West, no longer in East" in said
    assert "Alice will no longer see the records of 1." in said
    assert "1 shared with the new team will be seen by Bob." in said
    assert not TeamMembership.objects.exists()
    assert served.ravi.is_active


def test_a_move_is_done_and_undone(served: Office, as_: Callable[[str], Reader]) -> None:
    ravi = as_("ravi")
    done = ravi.post("/organisation/move", **MOVE, **SEEN, reason="New patch")
    assert done.status_code == 302
    assert Person.objects.get(pk="bob").manager_id == "charlie"
    change = Change.objects.get(verb="move_person")
    assert (change.actor, change.reason) == (served.ravi, "New patch")
    assert "Moved." in ravi.page(done.headers["Location"]).text
    back = ravi.post("/organisation/take-back", change=str(change.pk))
    assert "as it was" in ravi.page(back.headers["Location"]).text
    assert Person.objects.get(pk="bob").manager_id == "alice"


def test_a_planned_move_is_shown_until_it_is_taken_back(as_: Callable[[str], Reader]) -> None:
    ravi, day = as_("ravi"), _tomorrow()
    ravi.post("/organisation/move", **MOVE, **SEEN, **{"from": day})
    assert Person.objects.get(pk="bob").manager_id == "alice"
    for address in ("/organisation", "/organisation/people/bob"):
        assert "Planned" in as_("bob").page(address).text
        assert "Take back" not in as_("bob").page(address).text
    then = ravi.page(f"/organisation?on={day}").text
    assert "West 2" in then
    change = Change.objects.get(verb="move_person")
    assert as_("alice").post("/organisation/take-back", change=str(change.pk)).status_code == 422
    ravi.post("/organisation/take-back", change=str(change.pk))
    assert "Planned" not in ravi.page("/organisation").text


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"person": "alice", "manager": "bob"}, "reports to them"),
        ({"person": "bob", "manager": "alice", "team": "East"}, "there already"),
        ({"person": "bob", "manager": "alice", "team": "Nowhere"}, "no such team"),
        ({"person": "bob", "from": "soon"}, "Write a day"),
        ({"person": "bob", "seen_manager": "charlie", "manager": "charlie"}, "meanwhile"),
    ],
)
def test_a_move_that_cannot_be_is_refused_in_words(
    as_: Callable[[str], Reader], form: dict[str, str], words: str
) -> None:
    answer = as_("ravi").post("/organisation/move", **{**SEEN, "team": "East", **form})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert as_("ravi").get("/organisation/move?person=nobody").status_code == 404


def test_a_person_is_edited_in_place_by_who_may(as_: Callable[[str], Reader]) -> None:
    ravi, place = as_("ravi"), "/organisation/people/bob"
    seen = Person.versions.objects.get(record_id="bob").version
    ravi.post(place, do="edit", column="is_active", value="False", seen=str(seen))
    assert Person.objects.get(pk="bob").is_active is False
    assert "Works here: nothing → became No" in ravi.page(place).text
    for reader in ("alice", "bob", "charlie"):
        as_(reader).post(place, do="edit", column="name", value="Bobby", seen=str(seen))
        assert "Change Name" not in as_(reader).page(place).text
    assert Person.objects.get(pk="bob").name == "Bob"
    Person.objects.filter(pk="bob").update(email="bob@work.example")
    assert "bob@work.example" in as_("alice").page(place).text
    assert "bob@work.example" not in as_("charlie").page(place).text


def test_a_team_is_renamed_with_everybody_on_it(as_: Callable[[str], Reader]) -> None:
    ravi = as_("ravi")
    said = ravi.page("/organisation/team?team=East&name=Orient&look=1").text
    assert "2 people are in Orient" in said
    ravi.post("/organisation/team", team="East", name="Orient")
    assert set(Person.objects.filter(team="Orient").values_list("pk", flat=True)) == {
        "alice",
        "bob",
    }
    assert ravi.post("/organisation/team", team="Orient", name="West").status_code == 422
    assert ravi.get("/organisation/team?team=East").status_code == 404


def test_a_day_that_is_none_is_answered_in_words(as_bob: Reader) -> None:
    assert as_bob.get("/organisation", on="soon").status_code == 400
    assert as_bob.get("/organisation", on="9999-12-31").status_code == 200
