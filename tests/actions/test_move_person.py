"""People move from a day on: the past stays, the future waits for its day, and what nobody may do is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from salesops.actions.edit_record import Unfit
from salesops.actions.move_person import move_person, rename_team, take_back_move
from salesops.foundations.clock import fixed_clock
from salesops.foundations.problem import Refusal
from salesops.jobs import queue
from salesops.jobs.moving import move_due
from salesops.jobs.work import Work
from salesops.records.models import Change, Person, Quota, TeamMembership, User
from salesops.records.organisation import Place, organisation
from salesops.records.reach import reach

pytestmark = pytest.mark.django_db

TODAY = date(2026, 5, 4)
NOW = fixed_clock(datetime(2026, 5, 4, 9, tzinfo=UTC))
ZONE = "Europe/Berlin"
EAST = Place("ann", "East", None)
WEST = Place("bea", "West", None)


@pytest.fixture
def ravi(db: None) -> User:  # noqa: ARG001
    """Sales operations; Ann leads East with Cem, who leads Dan; Bea leads West."""
    for key, manager, team in (
        ("ann", None, "East"), ("bea", None, "West"), ("cem", "ann", "East"), ("dan", "cem", "East"),
    ):  # fmt: skip
        Person.objects.create(id=key, name=key.title(), manager_id=manager, team=team)
    login: User = User.objects.create_user("ravi@example.com", role="manager")
    return login


def _move(actor: User, key: str, place: Place, from_day: date, **more: object) -> Change:
    return move_person(actor, key, place, NOW, from_day=from_day, zone=ZONE, **more)  # type: ignore[arg-type]


def _place(key: str, day: date, today: date = TODAY) -> Place:
    return organisation(day, today).members[key].place


def _work_through(at: datetime) -> None:
    while job := queue.claim("test", at, queue.LEASE):
        move_due(Work(job, fixed_clock(at), queue.LEASE))


def test_a_move_today_is_true_from_today_and_not_before(ravi: User) -> None:
    _move(ravi, "cem", WEST, TODAY, reason="New territory")
    assert _place("cem", TODAY) == WEST
    assert _place("cem", date(2026, 5, 3)) == EAST
    assert Person.objects.get(pk="cem").manager_id == "bea"
    assert organisation(TODAY, TODAY).below("bea") == {"cem", "dan"}


def test_who_sees_what_follows_the_move(ravi: User) -> None:
    bea = User.objects.create_user(
        "bea@example.com", role="sales_leader", person=Person.objects.get(pk="bea")
    )
    assert reach(bea).owner_ids == frozenset({"bea"})
    _move(ravi, "cem", WEST, TODAY)
    assert reach(bea).owner_ids == frozenset({"bea", "cem", "dan"})


def test_a_planned_move_waits_for_its_day_in_the_zone_of_the_organisation(ravi: User) -> None:
    _move(ravi, "cem", WEST, date(2026, 6, 1))
    assert _place("cem", date(2026, 5, 31)) == EAST
    assert _place("cem", date(2026, 6, 1)) == WEST
    _work_through(datetime(2026, 5, 31, 21, 59, tzinfo=UTC))
    assert Person.objects.get(pk="cem").manager_id == "ann"
    _work_through(datetime(2026, 5, 31, 22, 1, tzinfo=UTC))
    assert Person.objects.get(pk="cem").manager_id == "bea"
    assert Change.objects.get(verb="move_person_as_planned").actor == ravi


def test_a_planned_move_that_was_taken_back_does_not_happen(ravi: User) -> None:
    change = _move(ravi, "cem", WEST, date(2026, 6, 1))
    take_back_move(ravi, change, NOW)
    assert _place("cem", date(2026, 6, 2)) == EAST
    _work_through(datetime(2026, 6, 2, tzinfo=UTC))
    assert Person.objects.get(pk="cem").manager_id == "ann"


def test_a_move_holds_until_the_next_that_is_planned(ravi: User) -> None:
    _move(ravi, "dan", WEST, date(2026, 7, 1))
    _move(ravi, "dan", Place("ann", "East", "Lead"), date(2026, 6, 1))
    assert [_place("dan", date(2026, m, 15)).role for m in (5, 6, 7)] == [None, "Lead", None]
    assert _place("dan", date(2026, 7, 1)) == WEST


def test_a_move_in_the_past_changes_the_days_since_and_no_later_place(ravi: User) -> None:
    _move(ravi, "dan", WEST, date(2026, 5, 1))
    _move(ravi, "dan", Place("ann", "East", "Lead"), date(2026, 4, 1))
    assert _place("dan", date(2026, 4, 30)).role == "Lead"
    assert _place("dan", TODAY) == WEST
    assert Person.objects.get(pk="dan").manager_id == "bea"


def test_undoing_a_move_puts_person_and_places_back(ravi: User) -> None:
    change = _move(ravi, "cem", WEST, TODAY)
    take_back_move(ravi, change, NOW)
    assert _place("cem", TODAY) == EAST
    assert not TeamMembership.objects.filter(deleted_at=None).exists()


def test_a_move_another_builds_on_is_not_taken_back_first(ravi: User) -> None:
    first = _move(ravi, "cem", WEST, date(2026, 6, 1))
    _move(ravi, "cem", EAST, date(2026, 7, 1))
    with pytest.raises(Refusal, match="Take that back first"):
        take_back_move(ravi, first, NOW)
    assert _place("cem", date(2026, 6, 15)) == WEST


@pytest.mark.parametrize(
    ("key", "place", "words"),
    [
        ("cem", Place("dan", "East"), "reports to them"),
        ("cem", Place("cem", "East"), "themselves"),
        ("cem", Place("zoe", "East"), "not here"),
        ("zoe", WEST, "not here"),
    ],
)
def test_a_place_nobody_can_have_is_refused(ravi: User, key: str, place: Place, words: str) -> None:
    if key == "zoe":
        Person.objects.create(id="zoe", name="Zoe", hired_on=date(2026, 9, 1))
    with pytest.raises((Unfit, Refusal), match=words):
        _move(ravi, key, place, TODAY)


def test_who_was_overtaken_moves_nobody(ravi: User) -> None:
    _move(ravi, "cem", WEST, TODAY)
    with pytest.raises(Refusal, match="meanwhile"):
        _move(ravi, "cem", Place(None, "North"), TODAY, seen=EAST)


@pytest.mark.parametrize("role", ["analyst", "sales_leader", "salesperson"])
def test_only_sales_operations_moves_people(ravi: User, role: str) -> None:
    ravi.role, ravi.person = role, Person.objects.get(pk="ann")
    ravi.save()
    with pytest.raises(Refusal, match="Only sales operations"):
        _move(ravi, "cem", WEST, TODAY)
    with pytest.raises(Refusal, match="Only sales operations"):
        rename_team(ravi, "East", "Orient", NOW, from_day=TODAY, zone=ZONE)


def test_a_renamed_team_keeps_its_former_name_for_earlier_days(ravi: User) -> None:
    Quota.objects.create(team="East", starts_on=date(2026, 4, 1), amount_minor=1)
    later = Quota.objects.create(team="East", starts_on=date(2026, 7, 1), amount_minor=1)
    _move(ravi, "dan", WEST, date(2026, 8, 1))
    change = rename_team(ravi, "East", " North  East ", NOW, from_day=TODAY, zone=ZONE)
    assert list(organisation(TODAY, TODAY).teams()) == ["North East", "West"]
    assert list(organisation(date(2026, 5, 3), TODAY).teams()) == ["East", "West"]
    assert _place("dan", date(2026, 8, 1)) == WEST
    later.refresh_from_db()
    assert later.team == "North East"
    assert Quota.objects.filter(team="East").count() == 1
    with pytest.raises(Unfit, match="already"):
        rename_team(ravi, "North East", "West", NOW, from_day=TODAY, zone=ZONE)
    take_back_move(ravi, change, NOW)
    assert list(organisation(TODAY, TODAY).teams()) == ["East", "West"]


def test_people_who_report_in_a_circle_still_stand_in_the_tree(ravi: User) -> None:
    Person.objects.filter(pk="ann").update(manager="dan")
    drawn = organisation(TODAY, TODAY)
    assert set(drawn.under[None]) == {"ann", "bea", "cem", "dan"}
    assert ravi.is_active


def test_who_has_left_or_is_still_to_come_is_not_there(ravi: User) -> None:
    Person.objects.filter(pk="dan").update(left_on=date(2026, 5, 10))
    Person.objects.filter(pk="bea").update(hired_on=date(2026, 5, 1))
    assert "dan" in organisation(date(2026, 5, 9), TODAY).members
    assert "dan" not in organisation(date(2026, 5, 10), TODAY).members
    assert "bea" not in organisation(date(2026, 4, 30), TODAY).members
    assert ravi.is_active
