"""Targets of an office: set by sales operations, kept with who and why, and seen by whom they are of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings

from salesops.actions.set_target import set_target
from salesops.book.target import Target as Meant
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.records.models import Change, Target
from salesops.records.target import targets_in_force
from tests.drawn import draw_book
from tests.office.readers import Office, Reader, make_login

pytestmark = pytest.mark.django_db

DEALS = """
    id       name  stage  amount  created_on  close_date  owner_id  team
    alice-1  Mill  Won    1000    2026-01-01  2026-06-01  alice     East
    west-1   Pier  Won    8000    2026-01-11  2026-06-01  charlie   West
"""
PEOPLE = """
    id       name     team
    alice    Alice    East
    bob      Bob      East
    charlie  Charlie  West
"""
FORM = {"period": "2026Q2", "of_period": "2026Q2", "of_team": "", "limit": "least", "value": "10k"}
PLACE = "/numbers/closed_to_date/target"


@pytest.fixture
def with_book(served: Office) -> Office:
    """The office with a book of two teams."""
    draw_book(settings.SALESOPS_BOOK, opportunity=DEALS, person=PEOPLE)
    return served


def _set(office: Office, team: str, value: int) -> None:
    meant = Meant(kpi="closed_to_date", period="2026Q2", team=team, value=value, currency="USD")  # type: ignore[arg-type]
    set_target(office.ravi, meant, system_clock, seen="")


def test_each_reader_sees_the_targets_of_what_they_see(
    with_book: Office, as_: Callable[[str], Reader]
) -> None:
    for team, value in (("", 1_111_100), ("East", 222_200), ("West", 333_300)):
        _set(with_book, team, value)
    everybodys = {"$11.1K", "$2.22K", "$3.33K"}
    due = {
        "ravi": everybodys,
        "dora": everybodys,
        "alice": {"$2.22K"},
        "bob": set(),
        "charlie": set(),
    }
    for who, targets in due.items():
        text = as_(who).page("/targets").text
        assert {t for t in everybodys if t in text} == targets, who
    for address in ("/numbers/closed_to_date", "/"):
        text = as_("alice").page(address).text
        assert {t for t in everybodys if t in text} == {"$2.22K"}, address


@pytest.mark.parametrize("who", ["alice", "bob", "charlie"])
def test_who_may_not_set_targets_comes_through_no_door(
    with_book: Office, as_: Callable[[str], Reader], who: str
) -> None:
    somebody = as_(who)
    for answer in (somebody.get(PLACE), somebody.post(PLACE, **FORM, do="set")):
        assert (answer.status_code, b"Only sales operations" in answer.content) == (422, True)
    assert PLACE not in somebody.get("/numbers/closed_to_date").content.decode()
    analyst = make_login("Nina", "analyst")
    for login in (getattr(with_book, who), analyst):
        with pytest.raises(Refusal, match="Only sales operations"):
            set_target(login, Meant(kpi="nrr", period="2026", value=1), system_clock, seen="")  # type: ignore[arg-type]
    assert not Target.objects.exists()


def test_a_target_is_set_changed_and_taken_away_and_each_decision_stays(
    with_book: Office,  # noqa: ARG001  its book
    as_: Callable[[str], Reader],
) -> None:
    ravi = as_("ravi")

    def post(**more: Any) -> Any:
        seen = ravi.page(f"{PLACE}?period=2026Q2").one("input", name="seen").attrs["value"]
        return ravi.post(PLACE, **(FORM | {"seen": seen, "do": "set"} | more))

    wrong = post(value="a lot")
    assert (wrong.status_code, b"Write an amount such as" in wrong.content) == (422, True)
    assert post(reason="As the board has it").status_code == 302
    assert "at least $10K" in ravi.page("/numbers/closed_to_date?period=2026Q2").text
    old = ravi.page(f"{PLACE}?period=2026Q2").one("input", name="seen").attrs["value"]
    assert post(value="12k").status_code == 302
    overtaken = ravi.post(PLACE, **FORM, do="set", seen=old)
    assert (overtaken.status_code, b"meanwhile" in overtaken.content) == (422, True)
    assert [t.value for t in targets_in_force()] == [1_200_000]
    assert post(do="take_away").status_code == 302
    assert targets_in_force() == []
    told = [
        c.reason
        for c in Change.objects.filter(verb__in=("set_target", "take_target_away")).order_by("pk")
    ]
    assert told == [
        "Closed to date in Q2 2026: at least $10K. As the board has it",
        "Closed to date in Q2 2026: at least $12K.",
        "Closed to date in Q2 2026: taken away.",
    ]
    page = ravi.page(f"{PLACE}?period=2026Q2").text
    assert page.index("taken away") < page.index("As the board has it")
