"""A change of the process is filed by who may, says what can be measured, and once it was measured its plan stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from salesops.actions.change_process import (
    Wanted,
    ask_to_measure,
    edit_change,
    file_change,
    give_up,
    keep_reading,
    plan_of,
)
from salesops.actions.edit_record import Overtaken, version_now
from salesops.actions.undo_change import undo_change
from salesops.actions.unfit import Unfit
from salesops.experiments import Reading
from salesops.foundations.clock import system_clock as clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.mentions import clean, mentioned
from salesops.records.models import EffectReading, Person, ProcessChange, User
from salesops.records.sealing import seal_some, verify
from salesops.records.telling import Telling
from salesops.records.visibility import editable_by, visible_to
from tests.office.readers import Office

pytestmark = pytest.mark.django_db

WANTED = Wanted(
    name="Next step before Proposal",
    what="No deal goes to Proposal without a next step.",
    why="Deals lie still there.",
    kpi="win_rate",
    expected=Decimal("0.05"),
    starts_on=date(2026, 7, 1),
    last_on=date(2026, 9, 28),
    teams=("East",),
)
READ = Reading(
    kind="after", kpi="win_rate", kpi_version=1, currency="USD", as_of=date(2026, 10, 1),
    first=date(2026, 7, 1), last=date(2026, 9, 28), due=date(2026, 9, 28), span_days=90, spans=4,
    expected=0.05, effect=None, plain=None, placebo=None, people=(), treated=0, compared=0, unlike=0,
    silent=0, later=0, apart=None,
)  # fmt: skip


def _filed(office: Office, **more: Any) -> ProcessChange:
    return file_change(office.ravi, replace(WANTED, **more), clock)


def _edit(
    office: Office, change: ProcessChange, seen: int = 0, by: User | None = None, **more: Any
) -> Change | None:
    wanted = replace(WANTED, **more)
    seen = seen or version_now(change)
    return edit_change(by or office.ravi, change.pk, wanted, clock, seen=seen)


def test_who_edits_everything_files_and_who_only_sells_does_not(office: Office) -> None:
    for nobody in (office.bob, office.charlie):
        with pytest.raises(Refusal, match="Send a request to sales operations"):
            file_change(nobody, WANTED, clock)
    for nobody in (office.alice, office.bob, office.charlie):
        with pytest.raises(Refusal, match="Only sales operations"):
            ask_to_measure(nobody, _filed(office).pk, clock)
    assert file_change(office.dora, WANTED, clock).teams == ["East"]


def test_a_leader_files_for_people_they_lead_and_for_nobody_else(office: Office) -> None:
    of_one = replace(WANTED, teams=(), people=("bob",))
    hers = [file_change(office.alice, wanted, clock) for wanted in (WANTED, of_one)]
    for column, more in (
        ("teams", {"teams": ("East", "West")}),
        ("people", {"people": ("charlie",)}),
    ):
        with pytest.raises(Unfit) as refused:
            file_change(office.alice, replace(WANTED, **more), clock)
        assert refused.value.column == column
        with pytest.raises(Unfit):
            _edit(office, hers[0], by=office.alice, **more)
    assert _edit(office, hers[0], by=office.alice, why="They forget.") is not None
    with pytest.raises(Refusal, match="not only for people whom you lead"):
        give_up(office.alice, _filed(office, teams=("West",)).pk, clock, reason="Enough")
    Person.objects.filter(pk="charlie").update(team="East")
    with pytest.raises(Unfit, match="of which you lead everybody"):
        file_change(office.alice, WANTED, clock)
    theirs = editable_by(office.alice, ProcessChange).values_list("pk", flat=True)
    assert list(theirs) == [hers[1].pk]


def test_a_leader_does_not_undo_a_change_back_to_people_they_do_not_lead(office: Office) -> None:
    change = _filed(office, teams=("West",))
    moved = _edit(office, change)
    assert moved is not None
    with pytest.raises(Refusal, match="Before, it was for people whom you do not lead"):
        undo_change(office.alice, moved, clock)
    assert undo_change(office.ravi, moved, clock).records == 1


def test_who_sees_somebody_it_is_for_sees_it(office: Office) -> None:
    of_a_team, of_one = _filed(office), _filed(office, teams=(), people=("charlie",))
    seen = {
        name: set(visible_to(getattr(office, name), ProcessChange).values_list("pk", flat=True))
        for name in ("alice", "bob", "charlie", "ravi")
    }
    team, one = {of_a_team.pk}, {of_one.pk}
    assert seen == {"alice": team, "bob": team, "charlie": one, "ravi": team | one}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("name", " "),
        ("kpi", "closed_to_date"),
        ("expected", None),
        ("expected", Decimal(5)),
        ("starts_on", date(1, 1, 1)),
        ("last_on", date(2026, 7, 13)),
        ("last_on", date(2029, 7, 13)),
        ("teams", ()),
        ("teams", ("Nowhere",)),
        ("people", ("nobody",)),
        ("criterion", "colour = 'red'"),
        ("rule", "next_step IS NULL"),
    ],
)
def test_what_cannot_be_measured_is_said_at_its_field(
    office: Office, column: str, value: Any
) -> None:
    with pytest.raises(Unfit) as refused:
        _filed(office, **{column: value})
    assert refused.value.column == ("stage" if column == "rule" else column)


def test_once_measured_the_plan_stands_against_edits_and_undoing_and_its_words_do_not(
    office: Office,
) -> None:
    change = _filed(office)
    moved = _edit(office, change, expected=Decimal("0.1"))
    assert moved is not None
    assert _edit(office, change, expected=Decimal("0.1")) is None
    change.refresh_from_db()
    keep_reading(office.ravi, change, READ, clock)
    with pytest.raises(Refusal, match="File another change"):
        _edit(office, change, expected=Decimal("0.01"))
    with pytest.raises(Refusal, match="File another change"):
        undo_change(office.ravi, moved, clock)
    assert _edit(office, change, expected=Decimal("0.1"), why="They forget.") is not None
    change.refresh_from_db()
    assert (change.why, change.expected) == ("They forget.", Decimal("0.1"))
    keep_reading(office.ravi, _filed(office), READ, clock)
    filing = Change.objects.filter(verb="create_process_change").latest("pk")
    with pytest.raises(Refusal, match="stays, with what was read"):
        undo_change(office.ravi, filing, clock)


def test_what_somebody_else_changed_meanwhile_is_not_lost(office: Office) -> None:
    change = _filed(office)
    seen = version_now(change)
    _edit(office, change, why="They forget.")
    assert _edit(office, change, seen, name="Next step first") is not None
    change.refresh_from_db()
    assert (change.name, change.why) == ("Next step first", "They forget.")
    with pytest.raises(Overtaken):
        _edit(office, change, seen, why="They do not know.")


def test_a_reading_is_kept_of_the_plan_it_was_made_of_and_is_sealed(office: Office) -> None:
    change = _filed(office)
    first, second = (keep_reading(office.ravi, change, READ, clock) for _ in range(2))
    assert first.pk != second.pk
    assert Reading.of(EffectReading.objects.get(pk=first.pk).told) == READ
    other = _filed(office)
    _edit(office, other, expected=Decimal("0.1"))
    with pytest.raises(Refusal, match="Measure it again"):
        keep_reading(office.ravi, other, READ, clock)
    assert seal_some(clock, seconds=60)
    EffectReading.objects.filter(pk=first.pk).update(told={})
    broken = verify(clock()).broken
    assert broken is not None
    assert (broken.how, broken.table) == ("altered", "effect_reading")


def test_given_up_with_a_reason_it_is_not_measured_until_that_is_undone(office: Office) -> None:
    change = _filed(office, starts_on=date(2099, 1, 1), last_on=date(2099, 3, 31))
    with pytest.raises(Unfit, match="Say why"):
        give_up(office.ravi, change.pk, clock, reason="")
    given = give_up(office.ravi, change.pk, clock, reason="It annoys them.")
    with pytest.raises(Refusal, match="given up"):
        ask_to_measure(office.ravi, change.pk, clock)
    undo_change(office.ravi, given, clock)
    asked = ask_to_measure(office.ravi, change.pk, clock)
    assert ask_to_measure(office.dora, change.pk, clock) == asked
    over = _filed(office)
    with pytest.raises(Refusal, match="days are over"):
        give_up(office.ravi, over.pk, clock, reason="Too late.")


def test_who_is_erased_is_named_by_no_change(office: Office) -> None:
    change = _filed(office, teams=(), people=("alice", "bob"))
    telling = Telling((), {"bob": "erased-1"})
    by = Change.objects.create(
        at=clock(), effective_at=clock(), verb="erase_person", door="browser"
    )
    for found in mentioned(telling):
        clean(found.model, found.keys, telling, by.pk)
    change.refresh_from_db()
    assert change.people == ["alice", "erased-1"]
    assert plan_of(change).people == ("alice", "erased-1")
    assert ProcessChange.versions.objects.get(record_id=change.pk).people == ["alice", "erased-1"]
