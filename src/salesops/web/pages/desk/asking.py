"""The form by which anybody asks sales operations for something."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from salesops.actions.ask_for import LONGEST_TITLE, ask_for
from salesops.actions.edit_record import Unfit
from salesops.foundations.clock import system_clock
from salesops.records.request_kinds import kinds
from salesops.records.request_reach import about
from salesops.records.user import User
from salesops.web.pages.desk.service_level import office_hours
from salesops.web.pages.keeping import typed
from salesops.web.pages.keeping.record_page import actor_of, place


def new_request(request: HttpRequest) -> HttpResponse:
    """The form, with the record it was asked for from (`?about=opportunity/d1`); or the request sent."""
    actor = actor_of(request)
    if request.method != "POST":
        return _form(request, actor, request.GET.dict(), 200)
    given = request.POST.dict()
    try:
        made = ask_for(
            actor,
            given.get("kind", ""),
            given.get("title", ""),
            given.get("needed", ""),
            system_clock,
            office_hours(),
            wanted_on=typed.day("wanted_on", given.get("wanted_on", "")),
            records=[given["about"]] if given.get("about") else [],
        )
    except Unfit as unfit:
        return _form(request, actor, given, 422, unfit)
    return HttpResponseRedirect(f"{reverse('request', args=[made.pk])}?asked=1")


def _form(
    request: HttpRequest,
    actor: User,
    given: dict[str, Any],
    status: int,
    unfit: Unfit | None = None,
) -> HttpResponse:
    offered = [kind for kind in kinds() if kind.is_offered]
    chosen = next((k for k in offered if k.key == given.get("kind")), None)
    linked = about(actor, given.get("about", ""))
    context = {
        "kinds": offered,
        "chosen": chosen,
        "given": given,
        "linked": linked and (str(linked[1]), place(type(linked[1]), linked[1].pk)),
        "most": LONGEST_TITLE,
        "column": unfit.column if unfit else "",
        "problem": str(unfit) if unfit else "",
    }
    return render(request, "desk/new_request.html", context, status=status)
