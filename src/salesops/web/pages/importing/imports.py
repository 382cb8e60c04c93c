"""The imports of an office: what each brought, what became of it, and until when it can be undone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from salesops.actions.import_rows import may_import
from salesops.actions.undo_import import can_be_undone, may_undo_until
from salesops.foundations.clock import system_clock
from salesops.jobs.arriving import unfinished_of
from salesops.jobs.importing import end_abandoned
from salesops.records.import_run import ImportRun
from salesops.web.pages.importing.told import refuse_onlooker, state_of
from salesops.web.pages.keeping.record_page import actor_of, reading
from salesops.web.pages.work.told import in_short
from salesops.web.paging import page_of

A_PAGE = 50


def imports(request: HttpRequest) -> HttpResponse:
    """Every import, the newest first, and what the reader began and has not finished."""
    actor = actor_of(request)
    refuse_onlooker(actor)
    end_abandoned(system_clock)
    now = system_clock()
    count = ImportRun.objects.count()
    pages = max(1, -(-count // A_PAGE))
    page = min(page_of(request), pages)
    runs = ImportRun.objects.select_related("actor").order_by("-pk")
    lines = []
    for run in runs[(page - 1) * A_PAGE : page * A_PAGE]:
        state, tone = state_of(run)
        lines.append(
            {
                "run": run,
                "files": in_short(run.files),
                "created": sum(c["created"] for c in run.counts.values()),
                "changed": sum(c["changed"] for c in run.counts.values()),
                "deleted": sum(c.get("deleted", 0) for c in run.counts.values()),
                "left": sum(c["same"] + c["left"] for c in run.counts.values()),
                "refused": sum(run.refused.values()),
                "state": state,
                "tone": tone,
                "until": may_undo_until(run) if can_be_undone(run, now) else None,
            }
        )
    begun = [(a, in_short(a.files)) for a in unfinished_of(actor)] if may_import(actor) else []
    context = {
        "lines": lines,
        "begun": begun,
        "count": count,
        "page": page,
        "pages": pages,
        "may_import": may_import(actor),
        "zone": reading()[1],
    }
    return render(request, "importing/imports.html", context)
