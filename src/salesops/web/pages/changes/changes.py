"""The changes of the process that their reader sees: how far each is, and what it was read to have done."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from salesops.actions.change_process import may_file
from salesops.actions.move_person import day_in
from salesops.foundations.clock import system_clock
from salesops.jobs.measuring_changes import last_day_known
from salesops.records.models import Person, ProcessChange, User
from salesops.records.visibility import visible_to
from salesops.web.pages.changes import readings, words
from salesops.web.pages.keeping.record_page import actor_of, reading
from salesops.web.pages.pipeline.tabs import tabs
from salesops.web.paging import page_of, paged

SIZE = 50


def process_changes(request: HttpRequest) -> HttpResponse:
    """The list, those that begin last first."""
    actor, page = actor_of(request), page_of(request)
    seen = visible_to(actor, ProcessChange).order_by("-starts_on", "-pk")
    found = list(seen[(page - 1) * SIZE : page * SIZE + 1])
    context = {
        "tabs": tabs(request),
        "lines": _lines(actor, found[:SIZE]),
        "may_file": may_file(actor),
        "undone": "undone" in request.GET,
        "speaks": last_day_known(settings.SALESOPS_BOOK),
    }
    return render(request, "changes/changes.html", context | paged(page, found, SIZE))


def today_known() -> date:
    """The day the book speaks of, by which it is told how far a change is; today where there is none."""
    return last_day_known(settings.SALESOPS_BOOK) or day_in(reading()[1], system_clock)


def names_in(changes: list[ProcessChange]) -> dict[str, str]:
    """The people that changes are for, by key."""
    keys = {key for change in changes for key in change.people}
    return {p.pk: str(p) for p in Person.objects.filter(pk__in=keys).only("id", "name")}


def _lines(actor: User, changes: list[ProcessChange]) -> list[dict[str, Any]]:
    known, currency = today_known(), reading()[0]
    results, people = readings.results(actor, changes), names_in(changes)
    return [
        {
            "change": change,
            "course": words.course_of(change, known, is_measured=change.pk in results),
            "title": words.title_of(str(change.kpi)),
            "expected": words.expected_of(change, currency),
            "who": words.who_of(change, people),
            "days": f"{change.starts_on}..{change.last_on}",
            "result": results.get(change.pk),
        }
        for change in changes
    ]
