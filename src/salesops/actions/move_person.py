"""Moving people to another manager, team or role from a day on: past, today or to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from salesops.actions.changing import changing
from salesops.actions.edit_record import Unfit, held_to_edit
from salesops.actions.enqueue import enqueue
from salesops.actions.undo_change import undo_change
from salesops.foundations.clock import Clock
from salesops.foundations.one_line import one_line
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.models import Person, Quota, TeamMembership
from salesops.records.organisation import (
    BEGINNING,
    FOREVER_DAY,
    Place,
    organisation,
    place_on,
    spans_of,
)
from salesops.records.reach import EDIT_ALL
from salesops.records.user import User

MOVE_DUE = "move_due"
LONGEST_NAME = 120


def may_move(actor: User) -> bool:
    """The actor may arrange the organisation."""
    return actor.is_active and actor.role in EDIT_ALL


def day_in(zone: str, clock: Clock) -> date:
    """Today in the organisation's zone."""
    return clock().astimezone(ZoneInfo(zone or "UTC")).date()


def move_person(
    actor: User,
    key: str,
    place: Place,
    clock: Clock,
    *,
    from_day: date,
    zone: str,
    seen: Place | None = None,
    reason: str = "",
    door: str = "browser",
) -> Change:
    """Give somebody this place from the day on, until the next move that is planned already.

    `seen` is the place they had there when the person who moves them looked; another one by now is refused.
    """
    with changing(actor, "move_person", clock, door=door, reason=reason) as change:
        _hold(actor, [key])
        today = day_in(zone, clock)
        refuse_misfit(key, place, from_day, today)
        now = organisation(from_day, today).members[key].place
        if seen is not None and now != seen:
            raise Refusal("Somebody moved them meanwhile. Look at the organisation again.")
        if now == place:
            raise Refusal("They are there already.")
        _arrange(actor, key, asdict(place), from_day, zone, clock)
    return change


def rename_team(
    actor: User,
    team: str,
    name: str,
    clock: Clock,
    *,
    from_day: date,
    zone: str,
    reason: str = "",
    door: str = "browser",
) -> Change:
    """Call a team otherwise from a day on, with everybody who is on it then and its quotas that begin then or later."""
    new = team_name(name)
    with changing(actor, "rename_team", clock, door=door, reason=reason) as change:
        today = day_in(zone, clock)
        there = organisation(from_day, today).teams()
        if team not in there:
            raise Refusal("There is no such team on that day.")
        if new in there:
            raise Unfit("name", f"There is a team {new} on that day already. Choose another name.")
        _hold(actor, there[team])
        for key in there[team]:
            _arrange(actor, key, {"team": new}, from_day, zone, clock)
            later = [s for s in spans_of(key) if s.valid_from > from_day and s.team == team]
            for span in later:
                span.team = new
                span.save(update_fields=["team"])
        Quota.objects.filter(
            team=team, person=None, starts_on__gte=from_day, deleted_at=None
        ).update(team=new)
    return change


def take_back_move(actor: User, change: Change, clock: Clock, *, door: str = "browser") -> Change:
    """Undo a move that nothing was built on since, planned or done."""
    if change.verb not in ("move_person", "rename_team"):
        raise Refusal("This is no move.")
    with transaction.atomic():
        undone = undo_change(actor, change, clock, door=door)
        if undone.stay:
            raise Refusal("A later change builds on this one. Take that back first.")
    return undone.change


def refuse_who_may_not(actor: User) -> None:
    """Refuse whoever may not arrange the organisation."""
    if not may_move(actor):
        raise Refusal(
            "Only sales operations and administrators arrange the organisation; an analyst only looks. "
            "Ask them."
        )


def refuse_misfit(key: str, place: Place, from_day: date, today: date) -> None:
    """Refuse a place somebody cannot have on that day."""
    there = organisation(from_day, today)
    if key not in there.members:
        raise Unfit("from", "They are not here on that day. Choose another.")
    if place.manager_id:
        if place.manager_id not in there.members:
            raise Unfit("manager", "The new manager is not here on that day.")
        if place.manager_id == key:
            raise Unfit("manager", "Nobody reports to themselves.")
        if place.manager_id in there.below(key):
            raise Unfit("manager", "The new manager reports to them. Move the manager first.")


def team_name(text: str) -> str:
    """A team's name as it is kept."""
    name = one_line(text)
    if not name:
        raise Unfit("name", "Give the team a name.")
    if len(name) > LONGEST_NAME:
        raise Unfit("name", f"A name has at most {LONGEST_NAME} letters.")
    return name


def _hold(actor: User, keys: list[str]) -> None:
    """Everybody, so that of two who move at once the second sees what the first did; and these are the actor's."""
    refuse_who_may_not(actor)
    list(Person.objects.select_for_update().order_by("pk").values_list("pk", flat=True))
    held_to_edit(actor, Person, keys)


def _arrange(
    actor: User, key: str, given: Mapping[str, Any], from_day: date, zone: str, clock: Clock
) -> None:
    """Begin a new span on the day. What is true today is written on the person too, now or when the day has come."""
    today, person = day_in(zone, clock), Person.objects.get(pk=key)
    spans = spans_of(key)
    if not spans:
        now = Place(person.manager_id, person.team, person.role)
        spans = [_span(key, asdict(now), BEGINNING, FOREVER_DAY)]
    place = asdict(place_on(person, spans, from_day, today)) | dict(given)
    covering = [s for s in spans if s.valid_from <= from_day < (s.valid_to or FOREVER_DAY)]
    later = [s.valid_from for s in spans if s.valid_from > from_day]
    until = min([*later, FOREVER_DAY, *(s.valid_to or FOREVER_DAY for s in covering)])
    made = next((s for s in covering if s.valid_from == from_day), None)
    for span in covering:
        if span is not made:
            span.valid_to = from_day
            span.save(update_fields=["valid_to"])
    if made is None:
        made = _span(key, place, from_day, until)
    else:
        for name, value in place.items():
            setattr(made, name, value)
        made.save(update_fields=["manager", "team", "role"])
    if from_day <= today < until:
        Person.objects.filter(pk=key).update(**place)
    elif from_day > today:
        midnight = datetime(
            from_day.year, from_day.month, from_day.day, tzinfo=ZoneInfo(zone or "UTC")
        )
        enqueue(
            actor,
            MOVE_DUE,
            {"membership": made.pk, "zone": zone},
            clock,
            lock_key=f"{MOVE_DUE} {made.pk}",
            run_after=midnight.astimezone(UTC),
        )


def _span(key: str, place: Mapping[str, Any], begins: date, ends: date) -> Any:
    return TeamMembership.objects.create(person_id=key, valid_from=begins, valid_to=ends, **place)


def move_now(actor: User | None, span: Any, clock: Clock) -> bool:
    """A planned move's day has come: write it on the person. Returns whether anything was to be done."""
    place = {"manager_id": span.manager_id, "team": span.team, "role": span.role}
    person = Person.objects.select_for_update().filter(pk=span.person_id, deleted_at=None).first()
    if person is None or all(getattr(person, c) == v for c, v in place.items()):
        return False
    reason = f"Planned for {span.valid_from:%-d %B %Y}"
    with changing(actor, "move_person_as_planned", clock, door="system", reason=reason):
        Person.objects.filter(pk=person.pk).update(**place)
    return True
