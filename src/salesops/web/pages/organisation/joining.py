"""The form that adds somebody to the organisation."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from salesops.actions.add_person import add_person
from salesops.actions.edit_record import Unfit
from salesops.actions.move_person import day_in, refuse_who_may_not
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.records.organisation import Place
from salesops.records.organisation import organisation as as_of
from salesops.web.pages.keeping import typed
from salesops.web.pages.keeping.record_page import actor_of, after_making, reading
from salesops.web.pages.organisation.moving import place_in
from salesops.web.pages.organisation.organisation import refused


def add(request: HttpRequest) -> HttpResponse:
    """The form, or somebody new and their page."""
    actor = actor_of(request)
    refuse_who_may_not(actor)
    zone, form = reading()[1], request.POST
    today = day_in(zone, system_clock)
    context: dict[str, Any] = {"given": form.dict()}
    status = 200
    if request.method == "POST":
        try:
            name = form.get("full_name", "").strip()
            if not name:
                raise Unfit("full_name", "Name is needed.")
            begins = typed.day("hired_on", form.get("hired_on", ""))
            values = {c: form.get(c, "").strip() for c in ("email", "title", "region")}
            there = as_of(max(begins or today, today), today)
            made = add_person(
                actor,
                {"name": name, "hired_on": begins, **values},
                place_in(form, Place(), there),
                system_clock,
                zone=zone,
            )
            return HttpResponseRedirect(after_making(actor, made))
        except Refusal as refusal:
            context |= refused(refusal)
            status = 422
    there = as_of(today, today)
    context |= {"managers": list(there.members.items()), "teams": list(there.teams())}
    return render(request, "organisation/add.html", context, status=status)
