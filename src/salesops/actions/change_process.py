"""Changing the process: filed with what it should do, edited until it is measured, given up, and read for what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from salesops.actions.changing import changing
from salesops.actions.edit_record import edit_record
from salesops.actions.enqueue import enqueue
from salesops.actions.move_person import day_in
from salesops.actions.standing_plan import refuse_measured
from salesops.actions.unfit import Unfit
from salesops.book.custom import tables_with
from salesops.experiments import LEAST_DAYS, MOMENTS, Plan, Reading, Rule, measurable
from salesops.foundations.clock import Clock
from salesops.foundations.criterion import parse
from salesops.foundations.problem import Refusal
from salesops.kpis import KPIS
from salesops.kpis._definition import Unit
from salesops.records.change import Change
from salesops.records.custom_field import defined
from salesops.records.job import RUNNING, WAITING, Job
from salesops.records.models import EffectReading, Person, PipelineStage, ProcessChange, User
from salesops.records.process_change import MEASURED_BY
from salesops.records.reach import LEADER, SEE_ALL, reach
from salesops.records.visibility import editable_by, leads_all
from salesops.records.zone import organisation_zone

MEASURE_CHANGE = "measure_change"
LONGEST_NAME, LONGEST_TEXT = 120, 4_000
MOST_DAYS = 730
FIRST_YEAR, LAST_YEAR = 1990, 2200
_LARGEST = Decimal(10) ** 12  # what a record holds


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to change; see `ProcessChange`."""

    name: str
    what: str
    why: str
    kpi: str
    expected: Decimal | None
    starts_on: date | None
    last_on: date | None
    teams: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    criterion: str = ""
    stage: str = ""
    moment: str = ""
    rule: str = ""

    @property
    def as_kept(self) -> dict[str, Any]:
        """By column, as the record keeps it."""
        return {column: _kept(value) for column, value in asdict(self).items()}


def may_file(actor: User) -> bool:
    """Whether somebody may file changes of the process: who edits everything, and leaders for people whom they lead."""
    scope = reach(actor)
    return scope.is_known and (scope.edits_all or scope.role == LEADER)


def may_change(actor: User, key: str) -> bool:
    """Whether somebody may edit this change and give it up: who edits everything, and who leads all whom it is for."""
    return bool(editable_by(actor, ProcessChange).filter(pk=key).exists())


def may_measure(actor: User) -> bool:
    """Whether somebody may have changes measured: who sees everybody's records, as a reading is made of these."""
    return actor.is_active and actor.role in SEE_ALL


def file_change(
    actor: User, wanted: Wanted, clock: Clock, *, door: str = "browser"
) -> ProcessChange:
    """A new change of the process. Raises Unfit for what cannot be measured."""
    refuse_who_may_not(actor)
    _refuse_unfit(wanted)
    _refuse_others(actor, wanted)
    with changing(actor, "create_process_change", clock, door=door):
        made: ProcessChange = ProcessChange.objects.create(**wanted.as_kept)
    return made


def edit_change(
    actor: User, key: str, wanted: Wanted, clock: Clock, *, seen: int, reason: str = ""
) -> Change | None:
    """Give a change what is wanted otherwise than in the state `seen`; None where nothing is.

    Once it was measured, what it is measured by stands. Raises Unfit, and Overtaken where somebody else changed the same.
    """
    refuse_who_may_not(actor, key)
    with transaction.atomic():
        change = _held(key)
        shown = ProcessChange.versions.objects.filter(record_id=key, version=seen).first()
        if shown is None:
            raise Refusal("What was looked at is no longer known. Load the page again.")
        values = {c: v for c, v in wanted.as_kept.items() if getattr(shown, c) != v}
        if not values:
            return None
        _refuse_unfit(wanted)
        _refuse_others(actor, wanted)
        if values.keys() & set(MEASURED_BY):
            refuse_measured(change)
        return edit_record(actor, ProcessChange, key, values, clock, seen=seen, reason=reason)


def give_up(actor: User, key: str, clock: Clock, *, reason: str) -> Change:
    """Have people work by it no longer, before its days are over. It is not measured any more; what was read stays."""
    refuse_who_may_not(actor, key)
    if not reason:
        raise Unfit("reason", "Say why, for who wants to try it again.")
    with transaction.atomic():
        change, today = _held(key), day_in(organisation_zone(), clock)
        if change.given_up_on is not None:
            raise Refusal("It was given up already.")
        if change.last_on < today:
            raise Refusal("Its days are over, so there is nothing to give up.")
        values = {"given_up_on": today}
        return edit_record(actor, ProcessChange, key, values, clock, reason=reason)


def ask_to_measure(actor: User | None, key: str, clock: Clock) -> Job:
    """Have it measured by a worker, once at a time; `actor` is None for the office itself."""
    if actor is not None and not may_measure(actor):
        raise Refusal("Only sales operations has changes measured. Send them a request.")
    with transaction.atomic():
        change = _held(key)
        if change.given_up_on is not None:
            raise Refusal("It was given up, so it is not measured.")
        lock = measuring(key)
        asked = Job.objects.filter(lock_key=lock, state__in=(WAITING, RUNNING)).first()
        made: Job = asked or enqueue(
            actor, MEASURE_CHANGE, {"change": key}, clock, lock_key=lock, most_attempts=2
        )
        return made


def measuring(key: str) -> str:
    """What the jobs that measure one change have in common."""
    return f"{MEASURE_CHANGE} {key}"


def keep_reading(
    actor: User | None, change: ProcessChange, found: Reading, clock: Clock
) -> EffectReading:
    """Keep what was read of a change beside what was read before. Refuses where it was changed while it was measured."""
    door = "browser" if actor else "system"
    with changing(actor, "measure_process_change", clock, door=door, reason=str(change)) as made:
        held = _held(str(change.pk))
        if held.given_up_on is not None or plan_of(held) != plan_of(change):
            raise Refusal("It was changed while it was measured. Measure it again.")
        kept: EffectReading = EffectReading.objects.create(
            change=made,
            process_change=held,
            kind=found.kind,
            is_whole=found.is_whole,
            told=found.as_record(),
        )
    return kept


def plan_of(change: ProcessChange) -> Plan:
    """The change as it is measured."""
    return Plan(
        kpi=str(change.kpi),
        expected=float(change.expected or 0),
        starts_on=change.starts_on,
        last_on=change.last_on,
        teams=tuple(change.teams),
        people=tuple(change.people),
        where=change.criterion or "",
    )


def rule_of(change: ProcessChange) -> Rule | None:
    """The rule to try on the past; None where the change is none."""
    if not (change.stage and change.rule):
        return None
    return Rule(change.stage, next(m for m in MOMENTS if m == change.moment), change.rule)


def refuse_who_may_not(actor: User, key: str = "") -> None:
    """Refuse whoever may not file changes; with `key` whoever may not change that one."""
    if not may_file(actor):
        raise Refusal(
            "Only administrators, of sales operations the VP, managers and representatives, and sales leaders for their "
            "own people change the process. Send a request to sales operations."
        )
    if key and not may_change(actor, key):
        raise Refusal(
            "It is not only for people whom you lead. Send a request to sales operations, who may change it."
        )


def _refuse_others(actor: User, wanted: Wanted) -> None:
    """Refuse a leader who wants others than their own people to work otherwise."""
    scope = reach(actor)
    if scope.edits_all:
        return
    if not leads_all(scope, wanted.teams, ()):
        raise Unfit("teams", "Choose teams of which you lead everybody, or single people.")
    if not leads_all(scope, (), wanted.people):
        raise Unfit("people", "Choose people whom you lead.")


def _held(key: str) -> ProcessChange:
    found: ProcessChange | None = (
        ProcessChange.objects.select_for_update().filter(pk=key, deleted_at=None).first()
    )
    if found is None:
        raise Refusal("This change is not there any more.")
    return found


def _kept(value: Any) -> Any:
    """An empty text is nothing; several have no order."""
    if isinstance(value, str):
        return value.replace("\0", "").strip() or None
    return sorted(set(value)) if isinstance(value, tuple) else value


def _refuse_unfit(wanted: Wanted) -> None:
    said = wanted.as_kept
    for column, most in (("name", LONGEST_NAME), ("what", LONGEST_TEXT), ("why", LONGEST_TEXT)):
        if not said[column]:
            raise Unfit(column, "Say it in a few words.")
        if len(said[column]) > most:
            raise Unfit(column, f"Write at most {most:,} characters.")
    if wanted.kpi not in {kpi.name for kpi in measurable()}:
        raise Unfit("kpi", "Choose one of the list.")
    most_moved = 1 if KPIS[wanted.kpi].unit is Unit.SHARE else _LARGEST
    if not wanted.expected:
        raise Unfit("expected", "Say by how much it should move: above 0, or below.")
    if abs(wanted.expected) >= most_moved:
        raise Unfit("expected", "It cannot move by as much.")
    _refuse_days(wanted.starts_on, wanted.last_on)
    _refuse_unknown(wanted)
    _refuse_unread(said)


def _refuse_days(first: date | None, last: date | None) -> None:
    if first is None or not FIRST_YEAR <= first.year < LAST_YEAR:
        raise Unfit("starts_on", "Say from which day people work by it.")
    if last is None or last < first + timedelta(days=LEAST_DAYS - 1):
        raise Unfit("last_on", "Measure over at least two weeks: choose a later day.")
    if last >= first + timedelta(days=MOST_DAYS):
        raise Unfit("last_on", "Measure over two years at most: choose an earlier day.")


def _refuse_unknown(wanted: Wanted) -> None:
    there = Person.objects.filter(deleted_at=None)
    if not wanted.teams and not wanted.people:
        raise Unfit("teams", "Choose at least one team or person who gets it.")
    if set(wanted.teams) - set(there.exclude(team=None).values_list("team", flat=True)):
        raise Unfit("teams", "Choose teams of the list.")
    people = set(wanted.people)
    if there.filter(pk__in=people).count() != len(people):
        raise Unfit("people", "Choose people of the list.")


def _refuse_unread(said: Mapping[str, Any]) -> None:
    """Refuse conditions that cannot be read, and half a rule."""
    tables = tables_with(tuple(field.in_book for field in defined()))
    for column in ("criterion", "rule"):
        if said[column]:
            try:
                parse(said[column], tables["opportunity"], tables)
            except Refusal as refusal:
                raise Unfit(column, str(refusal)) from refusal
    if bool(said["stage"]) != bool(said["rule"]):
        column = "rule" if said["stage"] else "stage"
        raise Unfit(column, "A rule has a stage and a condition. Give both, or neither.")
    if not said["stage"]:
        return
    there = PipelineStage.objects.filter(stage=said["stage"], deleted_at=None)
    if not there.exists():
        raise Unfit("stage", "Choose one of the list.")
    if said["moment"] not in MOMENTS:
        raise Unfit("moment", "Choose one of the list.")
