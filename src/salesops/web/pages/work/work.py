"""Long work on one page: what runs, what waits and what ended, with who asked for it and a way to stop it."""

from __future__ import annotations

from django.db.models import Case, IntegerField, Q, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from salesops.actions.cancel_job import cancel_job
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.jobs.kinds import BY_ITSELF, FOLLOW
from salesops.records.job import DONE, RUNNING, WAITING, Job
from salesops.records.job_reach import jobs_visible_to
from salesops.records.reach import SEE_ALL
from salesops.web.pages.keeping.record_page import actor_of, reading
from salesops.web.pages.work.told import told
from salesops.web.paging import page_of
from salesops.web.sent_on import sent_on

A_PAGE = 50
MOST_WATCHED = 5  # each asks for itself how far it is
_GOING_ON = (WAITING, RUNNING)


def work(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    """The jobs the reader may see: those at work first, then those that wait, then the last that ended."""
    actor = actor_of(request)
    # That the book followed is no news: it does after every edit.
    seen = jobs_visible_to(actor).exclude(kind__in=BY_ITSELF, state=DONE)
    order = Case(
        When(state=RUNNING, then=Value(0)),
        When(state=WAITING, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    count = seen.count()
    pages = max(1, -(-count // A_PAGE))
    page = min(page_of(request), pages)
    rows = seen.select_related("asked_by").order_by(order, "-pk")
    lines = told(actor, rows[(page - 1) * A_PAGE : page * A_PAGE], system_clock())
    going = [line.job.pk for line in lines if line.is_due]
    context = {
        "lines": lines,
        "count": count,
        "page": page,
        "pages": pages,
        "watched": going[:MOST_WATCHED],
        "sees_all_work": actor.role in SEE_ALL,
        "followed": _last_followed() if actor.role in SEE_ALL else None,
        "zone": reading()[1],
        "problem": problem,
        "stopped": "stopped" in request.GET,
    }
    return render(request, "work/work.html", context, status=status)


def one_job(request: HttpRequest, key: int) -> HttpResponse:
    """How far one job is, for the page that watches it; the page anew when it has ended."""
    actor = actor_of(request)
    job = get_object_or_404(jobs_visible_to(actor), pk=key)
    if "part" not in request.GET:
        return HttpResponseRedirect(reverse("work"))
    if job.state not in _GOING_ON:
        return sent_on(reverse("work"))
    (line,) = told(actor, [job], system_clock())
    return render(request, "work/_progress.html", {"line": line, "watched": [job.pk]})


@require_POST
def stop(request: HttpRequest, key: int) -> HttpResponse:
    """Stop a job that waits or runs."""
    actor = actor_of(request)
    job = jobs_visible_to(actor).filter(pk=key).first()
    if job is None:
        raise Http404
    try:
        cancel_job(actor, job, system_clock)
    except Refusal as refusal:
        return work(request, str(refusal), 422)
    return HttpResponseRedirect(f"{reverse('work')}?stopped=1")


def going_on(user_key: int) -> Job | None:
    """The work somebody asked for that waits or runs now, for the frame of every page; None where there is none."""
    mine = Job.objects.filter(asked_by_id=user_key, state__in=_GOING_ON)
    due = Q(state=RUNNING) | Q(run_after__lte=system_clock())
    return mine.filter(due).order_by("state", "pk").first()  # “running” before “waiting”


def _last_followed() -> Job | None:
    return Job.objects.filter(kind=FOLLOW, state=DONE).order_by("-pk").first()
