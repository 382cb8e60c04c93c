"""The organisation as of a day: the tree of who reports to whom, its teams, and the moves that are planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from salesops.actions.edit_record import Unfit
from salesops.actions.move_person import day_in, may_move, take_back_move
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.foundations.whole_number import whole_number
from salesops.records.change import Change
from salesops.records.models import Person, TeamMembership
from salesops.records.organisation import Member, Organisation
from salesops.records.organisation import organisation as as_of
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.web.books import manifest, whole_book
from salesops.web.pages.keeping import typed
from salesops.web.pages.keeping.record_page import actor_of, reading

PLAN = "/organisation"
OPEN_UP_TO = 150  # people; larger trees begin closed below the second level
_DONE = {
    "move_person": "Moved.",
    "rename_team": "The team has its new name.",
    "undo_change": "Taken back: it is as it was.",
}


@dataclass
class Node:
    """Somebody in the tree, with those who report to them and what is open below, they themselves included."""

    member: Member
    level: int
    below: int
    deals: int = 0
    minor: int = 0
    under: list[Node] = field(default_factory=list)
    is_open: bool = True


def organisation(request: HttpRequest) -> HttpResponse:
    """The tree as of the day the address names, today otherwise."""
    actor = actor_of(request)
    today, day, problem = *days(request), ""
    if day is None:
        day, problem = today, "Write a day as 2026-03-31. This is today."
    drawn = as_of(day, today)
    known = visible_to(actor, Person)
    if not known.exists() and drawn.members:
        drawn = Organisation(day, {})
    money = _open_now(drawn) if day >= today else {}
    context = {
        "day": day,
        "today": today,
        "is_today": day == today,
        "problem": problem,
        "nodes": _nodes(drawn, money),
        "count": len(drawn.members),
        "teams": [(t, len(keys)) for t, keys in drawn.teams().items()],
        "planned": planned(today) if known.exists() else [],
        "may_move": may_move(actor),
        "has_money": bool(money),
        "currency": whole_book().facts.currency if money else "",
        "done": done(request, actor),
        "unplaced": sum(1 for m in drawn.members.values() if not m.place.team),
    }
    return render(
        request, "organisation/organisation.html", context, status=400 if problem else 200
    )


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Take back a move, planned or just done."""
    actor = actor_of(request)
    change = get_object_or_404(Change, pk=whole_number(request.POST.get("change", "")) or 0)
    undone = take_back_move(actor, change, system_clock)
    return HttpResponseRedirect(f"{PLAN}?done={undone.pk}")


def days(request: HttpRequest) -> tuple[date, date | None]:
    """Today in the organisation's zone, and the day the address names; none where it cannot be read."""
    today = day_in(reading()[1], system_clock)
    try:
        return today, typed.day("on", request.GET.get("on", "")) or today
    except Unfit:
        return today, None


def done(request: HttpRequest, actor: User) -> Mapping[str, Any] | None:
    """What this person has just done here, and its way back."""
    number = whole_number(request.GET.get("done", "")) or 0
    change = Change.objects.filter(pk=number, actor=actor).first()
    if change is None or change.verb not in _DONE:
        return None
    is_open = change.verb != "undo_change" and not change.undone_by.exists()
    return {"said": _DONE[change.verb], "undoes": change.pk if is_open else None}


@dataclass(frozen=True)
class Planned:
    """A move to come: who, from when, into which place, and the change that planned it."""

    span: Any
    who: str
    manager: str
    change: int | None


def planned(today: date, key: str = "") -> list[Planned]:
    """The moves to come, the next first; of one person with a key."""
    spans = TeamMembership.objects.filter(deleted_at=None, valid_from__gt=today)
    spans = spans.filter(person=key) if key else spans
    found = list(spans.order_by("valid_from", "pk")[:100])
    wanted = {s.person_id for s in found} | {s.manager_id for s in found}
    names = {p.pk: str(p) for p in Person.objects.filter(pk__in=wanted - {None})}
    return [
        Planned(s, names.get(s.person_id, ""), names.get(s.manager_id, "Nobody"), _planner(s))
        for s in found
    ]


def _planner(span: Any) -> int | None:
    """The change that made a span, where it can be taken back."""
    made = TeamMembership.versions.objects.filter(record_id=span.pk).order_by("version").first()
    change = Change.objects.filter(pk=made.opened_by or 0).first() if made else None
    is_move = change is not None and change.verb in ("move_person", "rename_team")
    return change.pk if change is not None and is_move else None


def _nodes(drawn: Organisation, money: Mapping[str, tuple[int, int]]) -> list[Node]:
    is_large = len(drawn.members) > OPEN_UP_TO

    def node(key: str, level: int) -> Node:
        under = [node(each, level + 1) for each in drawn.under.get(key, ())]
        deals, minor = money.get(key, (0, 0))
        return Node(
            drawn.members[key],
            level,
            sum(n.below + 1 for n in under),
            deals + sum(n.deals for n in under),
            minor + sum(n.minor for n in under),
            under,
            not is_large or level < 1,
        )

    return [node(key, 0) for key in drawn.under.get(None, ())]


def _open_now(drawn: Organisation) -> dict[str, tuple[int, int]]:
    """For each owner the open deals their reader may see, and their value."""
    if manifest() is None:
        return {}
    found = whole_book().engine.run(
        "SELECT owner_id, count(*), coalesce(sum(value_minor), 0) FROM opportunity "
        "WHERE NOT is_closed AND owner_id IS NOT NULL GROUP BY 1"
    )
    return {str(k): (int(n), int(v)) for k, n, v in found.rows if k in drawn.members}


def refused(problem: Refusal) -> dict[str, str]:
    """A refusal as a form shows it: the sentence, and the field it speaks of."""
    return {"problem": str(problem), "column": getattr(problem, "column", "")}


def place_here(key: str) -> str:
    """Where somebody's own page in the organisation is."""
    return reverse("organisation_person", args=[key])
