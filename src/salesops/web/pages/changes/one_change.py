"""One change of the process: what it should do, its rule tried on the past, what it was read to have done, its history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from salesops.actions.change_process import (
    ask_to_measure,
    give_up,
    may_change,
    may_measure,
    measuring,
    rule_of,
)
from salesops.actions.edit_record import Unfit
from salesops.actions.move_person import day_in
from salesops.experiments import LEAST_DAYS
from salesops.foundations.clock import system_clock
from salesops.foundations.instant import in_zone
from salesops.foundations.problem import Refusal
from salesops.jobs.arriving import is_at_work
from salesops.records.change import Change, reason_of
from salesops.records.job import FAILED, Job
from salesops.records.models import ProcessChange, User
from salesops.records.process_change import MEASURED_BY
from salesops.records.visibility import visible_to
from salesops.web.pages.changes import readings, words
from salesops.web.pages.changes.known import names_in, today_known
from salesops.web.pages.changes.trying import tried
from salesops.web.pages.keeping.arranged import change_of, done_of, undone
from salesops.web.pages.keeping.facts import TITLES
from salesops.web.pages.keeping.history import history
from salesops.web.pages.keeping.record_page import actor_of, reading
from salesops.web.pages.pipeline.tabs import tabs
from salesops.web.pages.work.told import told as told_work
from salesops.web.sent_on import sent_on


def process_change(request: HttpRequest, key: str) -> HttpResponse:
    """The page, or what comes of a form on it; with `part` how far the measuring is, for the page that watches it."""
    actor = actor_of(request)
    change = get_object_or_404(visible_to(actor, ProcessChange), pk=key)
    if "part" in request.GET:
        return _part(request, actor, change)
    if request.method != "POST":
        return _shown(request, actor, change)
    try:
        number = _do(actor, change, request.POST.dict())
    except Refusal as refusal:
        column = refusal.column if isinstance(refusal, Unfit) else ""
        return _shown(request, actor, change, problem=str(refusal), column=column, status=422)
    return HttpResponseRedirect(f"{request.path}?done={number}" if number else request.path)


@require_POST
def undo_process_change(request: HttpRequest, key: str) -> HttpResponse:
    """Take back something that was done to a change, or its filing."""
    actor = actor_of(request)
    change = get_object_or_404(visible_to(actor, ProcessChange), pk=key)
    done = change_of(request.POST.dict())
    if not ProcessChange.versions.objects.filter(record_id=key, opened_by=done.pk).exists():
        raise Http404
    try:
        number = undone(actor, done)
    except Refusal as refusal:
        return _shown(request, actor, change, problem=str(refusal), status=422)
    if not visible_to(actor, ProcessChange).filter(pk=key).exists():
        return HttpResponseRedirect(f"{reverse('process_changes')}?undone=1")
    return HttpResponseRedirect(f"{reverse('process_change', args=[key])}?done={number}")


def _do(actor: User, change: ProcessChange, form: dict[str, str]) -> int:
    """Do what a form asks; the number of the change of the record, 0 where it is none."""
    match form.get("do"):
        case "measure":
            ask_to_measure(actor, change.pk, system_clock)
            return 0
        case "give_up":
            reason = reason_of(form.get("reason", ""))
            return int(give_up(actor, change.pk, system_clock, reason=reason).pk)
    raise Refusal("Choose what is to be done.")


def _part(request: HttpRequest, actor: User, change: ProcessChange) -> HttpResponse:
    job = _measuring(change)
    if job is None or not is_at_work(job):
        return sent_on(request.path)
    (line,) = told_work(actor, [job], system_clock())
    return render(
        request,
        "work/_progress.html",
        {"line": line, "watched": [job.pk], "watches": request.path},
    )


def _measuring(change: ProcessChange) -> Job | None:
    """The last work to measure it."""
    return Job.objects.filter(lock_key=measuring(change.pk)).order_by("-pk").first()


def _shown(
    request: HttpRequest,
    actor: User,
    change: ProcessChange,
    *,
    problem: str = "",
    column: str = "",
    status: int = 200,
) -> HttpResponse:
    (currency, zone), known = reading(), today_known()
    since = readings.plan_since(change)
    told = readings.told(actor, change, since)
    is_measured = any(t.is_after and t.is_whole for t in told)
    chosen = next((t for t in told if str(t.key) == request.GET.get("reading")), None)
    chosen = chosen or next(iter(told), None)
    may_edit = may_change(actor, change.pk)
    past = history(actor, change, currency, may_edit=may_edit)
    stands = _standing(told)
    past = [replace(e, undoes=None) if stands & {d.title for d in e.what} else e for e in past]
    context = {
        "tabs": tabs(request),
        "change": change,
        "course": words.course_of(change, known, is_measured=is_measured),
        "facts": _facts(change, currency),
        "told": told,
        "chosen": chosen,
        "shown": readings.opened(chosen, change.criterion or "") if chosen else {},
        "late": _late(change, since, zone),
        "has_rule": rule_of(change) is not None,
        "tried": tried(request, change),
        "history": past,
        "undo": reverse("undo_process_change", args=[change.pk]),
        "done": done_of(request, actor, [(change, e) for e in past], {}),
        "may_change": may_edit,
        "problem": problem,
        "column": column,
        "zone": zone,
    }
    context |= _work(actor, change, told, known, may_edit=may_edit)
    return render(request, "changes/change.html", context, status=status)


def _work(
    actor: User, change: ProcessChange, told: list[readings.Told], known: date, *, may_edit: bool
) -> dict[str, Any]:
    """Whether it can be measured now, or how far that is."""
    job, measures = _measuring(change), may_measure(actor)
    going = job if is_at_work(job) else None
    first = change.starts_on + timedelta(days=LEAST_DAYS - 1)
    goes_on, is_too_early = change.given_up_on is None, change.starts_on <= known < first
    failed = job.error if job is not None and job.state == FAILED else ""
    is_newer = job is not None and not (told and job.asked_at < told[0].at)
    return {
        "line": told_work(actor, [going], system_clock())[0] if going else None,
        "watched": [going.pk] if going else [],
        "failed": failed if is_newer and measures else "",
        "is_planned": known < change.starts_on,
        "can_measure": measures and goes_on and not going and not is_too_early,
        "too_early_until": first if goes_on and is_too_early else None,
        "can_give_up": may_edit
        and goes_on
        and day_in(reading()[1], system_clock) <= change.last_on,
    }


def _standing(told: list[readings.Told]) -> set[str]:
    """What cannot be undone any more, as history calls it: the filing once anything was read, the plan once measured."""
    plan = {TITLES["process_change"][c] for c in MEASURED_BY}
    return ({"Created"} if told else set()) | (plan if any(t.is_after for t in told) else set())


def _facts(change: ProcessChange, currency: str) -> list[tuple[str, str]]:
    people = names_in([change])
    states = ProcessChange.versions.objects.filter(record_id=change.pk).order_by("version")
    number = states.values_list("opened_by", flat=True).first()
    filed = Change.objects.filter(pk=number or 0).select_related("actor").first()
    looked = "Entering" if change.moment == "entering" else "Moving on from"
    told = [
        (
            "Should move",
            f"{words.title_of(str(change.kpi))}, {words.expected_of(change, currency)}",
        ),
        ("Who gets it", words.who_of(change, people)),
        ("From", words.said_of(change, "starts_on", currency, people)),
        ("Measured until", words.said_of(change, "last_on", currency, people)),
        ("Only where", words.said_of(change, "criterion", currency, people)),
        ("Rule", f"{looked} {change.stage}, stop where {change.rule}" if change.rule else ""),
        ("Given up on", words.said_of(change, "given_up_on", currency, people)),
        ("Filed by", str(filed.actor) if filed and filed.actor else ""),
    ]
    return [(title, value) for title, value in told if value]


def _late(change: ProcessChange, since: datetime | None, zone: str) -> date | None:
    """The day on which it was last said what the change should do, where it had begun by then."""
    day = in_zone(since, zone).date() if since else None
    return day if day and day > change.starts_on else None
