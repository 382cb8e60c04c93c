"""The changes of the process that their reader sees: how far each is, and what it was read to have done."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from salesops.actions.change_process import may_file
from salesops.jobs.measuring_changes import last_day_known
from salesops.records.models import ProcessChange, User
from salesops.records.visibility import visible_to
from salesops.web.export import as_asked, is_export
from salesops.web.pages.changes import readings, words
from salesops.web.pages.changes.exporting import HEADER, rows_of
from salesops.web.pages.changes.known import names_in, today_known
from salesops.web.pages.keeping.record_page import actor_of, reading
from salesops.web.pages.pipeline.tabs import tabs
from salesops.web.paging import page_of, paged

SIZE = 50


def process_changes(request: HttpRequest) -> HttpResponseBase:
    """The list, those that begin last first, or as a file with every reading."""
    actor, page = actor_of(request), page_of(request)
    seen = visible_to(actor, ProcessChange).order_by("-starts_on", "-pk")
    if is_export(request):
        return as_asked(request, "changes", HEADER, rows_of(actor, list(seen)))
    found = list(seen[(page - 1) * SIZE : page * SIZE + 1])
    context = {
        "tabs": tabs(request),
        "lines": _lines(actor, found[:SIZE]),
        "may_file": may_file(actor),
        "undone": "undone" in request.GET,
        "speaks": last_day_known(settings.SALESOPS_BOOK),
    }
    return render(request, "changes/changes.html", context | paged(page, found, SIZE))


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
