"""The forms that move a person and rename a team: first what would change, then doing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from salesops.actions.edit_record import Unfit
from salesops.actions.move_person import (
    day_in,
    move_person,
    refuse_misfit,
    refuse_who_may_not,
    rename_team,
    team_name,
)
from salesops.foundations.clock import system_clock
from salesops.foundations.one_line import one_line
from salesops.foundations.problem import Refusal
from salesops.records.change import reason_of
from salesops.records.models import Quota, SavedView, Share, User
from salesops.records.organisation import Organisation, Place, spans_of
from salesops.records.organisation import organisation as as_of
from salesops.records.reach import LEADER
from salesops.records.share import still_shared
from salesops.web.pages.keeping import typed
from salesops.web.pages.keeping.record_page import actor_of, reading
from salesops.web.pages.organisation.organisation import PLAN, refused

NEW_TEAM = "new"


@dataclass(frozen=True)
class Sight:
    """A leader whose view changes: whom they will see, and whom no longer."""

    leader: str
    gains: int
    loses: int


@dataclass(frozen=True)
class Effects:
    """What a move would change: those who come along, and who will see what; nobody anything else where it `is_over`."""

    along: int
    is_over: bool
    sights: list[Sight]
    shared_lost: int
    shared_won: int


def move(request: HttpRequest) -> HttpResponse:
    """Move somebody: the form, what it would change, and the doing."""
    actor = actor_of(request)
    refuse_who_may_not(actor)
    form = request.POST if request.method == "POST" else request.GET
    zone = reading()[1]
    today = day_in(zone, system_clock)
    context: dict[str, Any] = {"today": today, "given": form.dict()}
    status = 200
    from_day = today
    try:
        from_day = typed.day("from", form.get("from", "")) or today
        there = as_of(from_day, today)
        person = there.members.get(form.get("person", ""))
        if person is None:
            raise Unfit("from", "They are not here on that day. Choose another.")
        place = place_in(form, person.place, there)
        context |= {"place": place}
        if request.method == "POST":
            seen = Place(*(form.get(f"seen_{n}") or None for n in ("manager", "team", "role")))
            change = move_person(
                actor,
                person.person.pk,
                place,
                system_clock,
                from_day=from_day,
                zone=zone,
                seen=seen,
                reason=reason_of(form.get("reason", "")),
            )
            day = "" if from_day <= today else f"&on={from_day.isoformat()}"
            return HttpResponseRedirect(f"{PLAN}?done={change.pk}{day}")
        refuse_misfit(person.person.pk, place, from_day, today)
        if "manager" in form and place != person.place:
            context["effects"] = _effects(there, person.person.pk, place, today)
        elif form.get("look"):
            raise Refusal("They are there already. Choose another manager, team or role.")
    except Refusal as refusal:
        context |= refused(refusal)
        status = 422
    there = as_of(from_day, today)
    person = there.members.get(form.get("person", "")) or as_of(today, today).members.get(
        form.get("person", "")
    )
    if person is None:
        raise Http404
    led = there.below(person.person.pk) | {person.person.pk}
    context |= {
        "member": person,
        "from_day": from_day,
        "place": context.get("place", person.place),
        "managers": [(k, m) for k, m in there.members.items() if k not in led],
        "manager_now": there.members.get(person.place.manager_id or ""),
        "teams": list(there.teams()),
    }
    return render(request, "organisation/move.html", context, status=status)


def team(request: HttpRequest) -> HttpResponse:
    """Rename a team: the form, what it would change, and the doing."""
    actor = actor_of(request)
    refuse_who_may_not(actor)
    form = request.POST if request.method == "POST" else request.GET
    zone = reading()[1]
    today = day_in(zone, system_clock)
    context: dict[str, Any] = {"given": form.dict()}
    from_day, status = today, 200
    old = form.get("team", "")
    try:
        from_day = typed.day("from", form.get("from", "")) or today
        if request.method == "POST":
            change = rename_team(
                actor, old, form.get("name", ""), system_clock, from_day=from_day, zone=zone
            )
            day = "" if from_day <= today else f"&on={from_day.isoformat()}"
            return HttpResponseRedirect(f"{PLAN}?done={change.pk}{day}")
        if form.get("look"):
            new = team_name(form.get("name", ""))
            if new in as_of(from_day, today).teams():
                raise Unfit("name", f"There is a team {new} on that day already.")
            context["new"] = new
    except Refusal as refusal:
        context |= refused(refusal)
        status = 422
    there = as_of(from_day, today)
    keys = there.teams().get(old, [])
    if not keys and old not in as_of(today, today).teams():
        raise Http404
    quotas = Quota.objects.filter(
        team=old, person=None, starts_on__gte=from_day, deleted_at=None
    ).count()
    shared = Share.objects.filter(still_shared(system_clock()), team=old).count()
    context |= {
        "team": old,
        "from_day": from_day,
        "people": [there.members[k].person for k in keys],
        "quotas": quotas,
        "shared": shared,
        "views": SavedView.objects.filter(team=old, taken_away_by=None).count(),
    }
    return render(request, "organisation/team.html", context, status=status)


def _effects(there: Organisation, key: str, place: Place, today: date) -> Effects:
    """What giving somebody this place would change."""
    then = there.moved({key: place})
    leaders = User.objects.filter(is_active=True, role=LEADER, person_id__in=list(there.members))
    sights = []
    for leader in leaders.select_related("person").order_by("name", "email"):
        before, after = there.below(leader.person_id or ""), then.below(leader.person_id or "")
        if before != after:
            sights.append(Sight(str(leader), len(after - before), len(before - after)))
    former = there.members[key].place.team
    is_other = former != place.team
    return Effects(
        along=len(there.below(key)),
        is_over=any(there.day < span.valid_from <= today for span in spans_of(key)),
        sights=sights,
        shared_lost=_shared(former) if is_other else 0,
        shared_won=_shared(place.team) if is_other else 0,
    )


def _shared(team: str | None) -> int:
    return Share.objects.filter(still_shared(system_clock()), team=team).count() if team else 0


def place_in(form: Mapping[str, str], now: Place, there: Organisation) -> Place:
    """The place a form asks for; what it does not name stays."""
    name = form.get("team", now.team or "")
    if name == NEW_TEAM or form.get("new_team", "").strip():
        name = team_name(form.get("new_team", ""))
    elif name and name != now.team and name not in there.teams():
        raise Unfit("team", "There is no such team on that day. Choose one, or name a new one.")
    role = one_line(form.get("role", now.role or ""))[:120]
    return Place(form.get("manager", now.manager_id or "") or None, name or None, role or None)
