"""A large export on its page: how far it is, then the file for who asked for it, for as long as it is kept."""

from __future__ import annotations

from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    QueryDict,
)
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from salesops.actions.cancel_job import cancel_job
from salesops.actions.prepare_export import EXPORT, note_fetched, prepare_export
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.jobs.exporting import may_fetch, prepared
from salesops.records.job import CANCELLED, Job
from salesops.web.export import CSV, TYPES, XLSX
from salesops.web.looking import is_read
from salesops.web.pages.keeping.record_page import actor_of, reading
from salesops.web.pages.work.told import told
from salesops.web.sent_on import sent_on
from salesops.web.words import bytes_in_words

SHUT = "default-src 'none'; sandbox"  # no browser shows it as a page of ours


def prepared_soon(request: HttpRequest, name: str) -> HttpResponseBase:
    """Have the file that the address asks for prepared; the way to its page."""
    if not is_read(request):  # nobody asked yet
        return HttpResponse(status=503)
    job = prepare_export(actor_of(request), request.get_full_path(), name, system_clock)
    return HttpResponseRedirect(reverse("export", args=[job.pk]))


def one_export(request: HttpRequest, key: int) -> HttpResponse:
    """How far the file is, and the file when it is there; who asked may stop it."""
    actor, job = actor_of(request), _mine(request, key)
    (line,) = told(actor, [job], system_clock())
    if request.method == "POST":
        if line.may_stop:
            cancel_job(actor, job, system_clock)
        return HttpResponseRedirect(request.path)
    is_part = "part" in request.GET
    if is_part and not line.is_going_on:
        return sent_on(request.path)
    file = prepared(job, system_clock())
    context = {
        "job": job,
        "title": line.title,
        "progress": line,
        "pace": line.pace,
        "is_stopping": line.is_going_on and job.is_cancel_wished,
        "is_stopped": job.state == CANCELLED,
        "file": file,
        "may_fetch": may_fetch(actor, job),
        "size": bytes_in_words(file.size) if file else "",
        "of": _page_of(job),
        "again": job.arguments["address"],
        "zone": reading()[1],
        "here": request.path,
    }
    return render(request, "parts/progress.html" if is_part else "exports/export.html", context)


@require_GET
def export_file(request: HttpRequest, key: int) -> FileResponse:
    """The file, for who asked for it."""
    actor, job = actor_of(request), _mine(request, key)
    file = prepared(job, system_clock())
    if file is None:
        raise Refusal("This file is kept no more. Export it again.")
    if not may_fetch(actor, job):
        raise Refusal(
            "What you may see is not what it was when this file was made. Export it again."
        )
    note_fetched(actor, job)
    form = XLSX if file.name.endswith(f".{XLSX}") else CSV
    answer = FileResponse(
        file.file.open("rb"), as_attachment=True, filename=file.name, content_type=TYPES[form]
    )
    answer.headers["Content-Security-Policy"] = SHUT
    return answer


def _mine(request: HttpRequest, key: int) -> Job:
    return get_object_or_404(Job, pk=key, kind=EXPORT, asked_by=actor_of(request))


def _page_of(job: Job) -> str:
    """The address of what was exported, as a page."""
    path, _, query = str(job.arguments["address"]).partition("?")
    asked = QueryDict(query, mutable=True)
    asked.pop("export", None)
    return f"{path}?{asked.urlencode()}" if asked else path
