"""Settings of an office's book: what would change is shown first, then the book is made anew; who changed what stays."""

from __future__ import annotations

from typing import Any

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from pydantic import ValidationError

from salesops.actions.change_settings import (
    APPLY_SETTINGS,
    applying,
    change_settings,
    edition_of,
    refuse_who_may_not,
)
from salesops.actions.move_person import day_in
from salesops.book.settings import Settings, load_settings
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.foundations.whole_number import whole_number
from salesops.records.change import LONGEST_REASON
from salesops.records.job import DONE, Job
from salesops.records.models import SettingsChange
from salesops.web.pages.keeping.record_page import actor_of, reading
from salesops.web.pages.settings.settings import draft_of, fault_in, offered, said_in, typed
from salesops.web.pages.settings.told import differences, effects
from salesops.web.pages.work.told import told
from salesops.web.sent_on import sent_on

PLACE = "/settings"
MOST_TOLD = 30


def settings(request: HttpRequest) -> HttpResponse:
    """The form, what it would change, and what was changed before."""
    actor = actor_of(request)
    refuse_who_may_not(actor)
    going = applying()
    if "part" in request.GET:
        return progress(request, going, PLACE, "changed")
    now = load_settings(django_settings.SALESOPS_BOOK)
    draft = draft_of(_of_before(request) or now, ())
    problem, said = "", None
    if request.method == "POST":
        draft = typed(request, ())
        try:
            kept = {"stages": now.stages, "sales_process": now.sales_process}
            said = said_in(draft).model_copy(update=kept)
            if _is_sure(request, said):
                change_settings(
                    actor,
                    django_settings.SALESOPS_BOOK,
                    said,
                    system_clock,
                    seen=request.POST.get("seen", ""),
                    reason=request.POST.get("reason", ""),
                )
                return HttpResponseRedirect(f"{PLACE}?changed=1")
        except Refusal as refusal:
            problem = str(refusal)
        except ValidationError as error:
            problem = fault_in(error)
    history = _history()
    is_in_force = not going and not (history and history[0]["fault"])
    context: dict[str, Any] = {
        **offered(draft),
        "problem": problem,
        "seen": edition_of(now),
        "reason": request.POST.get("reason", ""),
        "longest_reason": LONGEST_REASON,
        "changed": "changed" in request.GET and is_in_force,
        "history": history,
        "zone": reading()[1],
        "here": PLACE,
        **_looked(now, said),
        **going_on(request, going),
    }
    return render(request, "settings/in_office.html", context, status=422 if problem else 200)


def _is_sure(request: HttpRequest, said: Settings) -> bool:
    """Who saves has seen what these very settings would change."""
    form = request.POST
    return form.get("do") == "change" and form.get("looked") == edition_of(said)


def _of_before(request: HttpRequest) -> Settings | None:
    """The settings as they were before a change that the address names."""
    key = request.GET.get("before", "")
    number = whole_number(key)
    if number is None:
        return None
    return Settings.model_validate(get_object_or_404(SettingsChange, change=number).before)


def _looked(now: Settings, said: Settings | None) -> dict[str, Any]:
    if said is None:
        return {}
    zone = said.calendar.time_zone
    return {
        "is_looked": True,
        "looked": edition_of(said),
        "differs": differences(now, said),
        "effects": effects(now, said, day_in(zone, system_clock)),
    }


def going_on(request: HttpRequest, going: Job | None) -> dict[str, Any]:
    """What a page tells while settings are being changed; nothing where they are not."""
    if going is None:
        return {}
    (line,) = told(actor_of(request), [going], system_clock())
    return {"is_going_on": True, "progress": line, "pace": line.pace}


def progress(request: HttpRequest, going: Job | None, here: str, done: str) -> HttpResponse:
    """How far the change is, for the page at `here`, which is told by `done` that it has ended."""
    if going is None:
        return sent_on(f"{here}?{done}=1")
    return render(request, "parts/progress.html", {"here": here, **going_on(request, going)})


def _history() -> list[dict[str, Any]]:
    """The last changes; one whose book could not be made says so."""
    rows = list(SettingsChange.objects.select_related("change__actor").order_by("-pk")[:MOST_TOLD])
    jobs = {
        job.arguments.get("change"): job
        for job in Job.objects.filter(kind=APPLY_SETTINGS).order_by("-pk")[: 2 * MOST_TOLD]
    }
    found = []
    for row in rows:
        job = jobs.get(row.change_id)
        before, after = (Settings.model_validate(said) for said in (row.before, row.after))
        found.append(
            {
                "change": row.change,
                "what": differences(before, after),
                "is_of_the_form": before.model_copy(update={"sales_process": after.sales_process})
                != after,
                "fault": job.error if job is not None and job.state != DONE else "",
            }
        )
    return found
