"""The form by which a change of the process is filed, and by which it is edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from salesops.actions.change_process import (
    LONGEST_NAME,
    Wanted,
    edit_change,
    file_change,
    refuse_who_may_not,
)
from salesops.actions.edit_record import Overtaken, Unfit, version_now
from salesops.actions.move_person import day_in
from salesops.actions.standing_plan import is_measured
from salesops.experiments import measurable
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.records.change import reason_of
from salesops.records.models import Person, PipelineStage, ProcessChange
from salesops.records.process_change import MEASURED_BY
from salesops.records.reach import reach
from salesops.records.visibility import teams_led, visible_to
from salesops.web.pages.changes import words
from salesops.web.pages.keeping import typed
from salesops.web.pages.keeping.arranged import seen_of
from salesops.web.pages.keeping.record_page import actor_of, reading
from salesops.web.pages.pipeline.tabs import tabs

USUAL_DAYS = 91  # a quarter
MOMENTS = tuple(words.MOMENTS.items())


@dataclass(frozen=True)
class Attempt:
    """What a form said, and what is wrong with it."""

    said: Mapping[str, str]
    teams: tuple[str, ...]
    people: tuple[str, ...]
    problem: str = ""
    column: str = ""


def new_process_change(request: HttpRequest) -> HttpResponse:
    """The form for a new one, or the change filed."""
    actor = actor_of(request)
    refuse_who_may_not(actor)
    if request.method != "POST":
        return _form(request, None, _empty(), 200)
    try:
        made = file_change(actor, _wanted(request.POST), system_clock)
    except Refusal as refusal:
        return _form(request, None, _attempt(request.POST, refusal), 422)
    state = ProcessChange.versions.objects.get(record_id=made.pk)
    place = reverse("process_change", args=[made.pk])
    return HttpResponseRedirect(f"{place}?done={state.opened_by}")


def edit_process_change(request: HttpRequest, key: str) -> HttpResponse:
    """The form of a change, or the change edited."""
    actor = actor_of(request)
    change = get_object_or_404(visible_to(actor, ProcessChange), pk=key)
    refuse_who_may_not(actor, key)
    if request.method != "POST":
        return _form(request, change, _of(change), 200)
    try:
        wanted = _wanted(request.POST, change if is_measured(change) else None)
        seen, reason = seen_of(request.POST.dict()), reason_of(request.POST.get("reason", ""))
        done = edit_change(actor, key, wanted, system_clock, seen=seen, reason=reason)
    except Overtaken as overtaken:
        return _form(request, change, _attempt(request.POST, overtaken), 409)
    except Refusal as refusal:
        return _form(request, change, _attempt(request.POST, refusal), 422)
    place = reverse("process_change", args=[key])
    return HttpResponseRedirect(f"{place}?done={done.pk}" if done else place)


def _wanted(form: QueryDict, measured: ProcessChange | None = None) -> Wanted:
    """What a form says; by what a change was `measured` it cannot say. Raises Unfit."""
    said = _said(form)
    is_rule = bool(said.get("rule", "").strip() or said.get("stage", "").strip())
    kpi = said.get("kpi", "")
    plan: dict[str, Any] = (
        {c: getattr(measured, c) for c in MEASURED_BY}
        if measured is not None
        else {
            "kpi": kpi,
            "expected": words.read_expected(kpi, said.get("expected", ""), reading()[0]),
            "teams": form.getlist("teams"),
            "people": form.getlist("people"),
            "criterion": said.get("criterion"),
            "starts_on": typed.day("starts_on", said.get("starts_on", "")),
            "last_on": typed.day("last_on", said.get("last_on", "")),
        }
    )
    return Wanted(
        name=said.get("name", ""),
        what=said.get("what", ""),
        why=said.get("why", ""),
        kpi=plan["kpi"],
        expected=plan["expected"],
        starts_on=plan["starts_on"],
        last_on=plan["last_on"],
        teams=tuple(plan["teams"]),
        people=tuple(plan["people"]),
        criterion=plan["criterion"] or "",
        stage=said.get("stage", ""),
        moment=said.get("moment", "") if is_rule else "",
        rule=said.get("rule", ""),
    )


def _said(form: QueryDict) -> dict[str, str]:
    return {name: str(value) for name, value in form.items()}


def _empty() -> Attempt:
    first = day_in(reading()[1], system_clock) + timedelta(days=1)
    last = first + timedelta(days=USUAL_DAYS - 1)
    said = {"starts_on": first.isoformat(), "last_on": last.isoformat()}
    return Attempt(said, (), ())


def _of(change: ProcessChange) -> Attempt:
    said = {
        c: str(getattr(change, c) or "")
        for c in ("name", "what", "why", "kpi", "criterion", "stage", "moment", "rule")
    }
    said |= {c: getattr(change, c).isoformat() for c in ("starts_on", "last_on")}
    said["expected"] = words.type_expected(change, reading()[0])
    return Attempt(said, tuple(change.teams), tuple(change.people))


def _attempt(form: QueryDict, refusal: Refusal) -> Attempt:
    return Attempt(
        said=_said(form),
        teams=tuple(form.getlist("teams")),
        people=tuple(form.getlist("people")),
        problem=str(refusal),
        column=refusal.column if isinstance(refusal, Unfit) else "",
    )


def _form(
    request: HttpRequest, change: ProcessChange | None, attempt: Attempt, status: int
) -> HttpResponse:
    currency, scope = reading()[0], reach(actor_of(request))
    there = Person.objects.filter(deleted_at=None)
    teams = there.filter(team__in=teams_led(scope)).exclude(is_active=False).values("team")
    people = there.exclude(Q(is_active=False) & ~Q(pk__in=attempt.people))
    if scope.owner_ids is not None:
        people = people.filter(pk__among=scope.owner_ids)
    stages = PipelineStage.objects.filter(deleted_at=None).exclude(is_active=False)
    stages = stages.filter(outcome="open").order_by("pipeline", "position", "stage")
    context: dict[str, Any] = {
        "tabs": tabs(request),
        "change": change,
        "is_leader": not scope.is_all,
        "attempt": attempt,
        "said": attempt.said,
        "stands": change is not None and is_measured(change),
        "seen": version_now(change) if change is not None else 0,
        "kpis": [(k.name, k.title, words.unit_of(k.name, currency)) for k in measurable()],
        "teams": teams.annotate(people=Count("pk")).order_by("team"),
        "people": people.order_by("name", "pk").only("id", "name", "team"),
        "stages": dict.fromkeys(stages.values_list("stage", flat=True)),
        "moments": MOMENTS,
        "most": LONGEST_NAME,
    }
    return render(request, "changes/form.html", context, status=status)
