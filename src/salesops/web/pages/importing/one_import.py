"""One import: what it brought, what was wrong with its files, what was changed since, and taking it back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from salesops.actions.cancel_job import cancel_job, may_cancel
from salesops.actions.import_rows import may_import, refuse_import
from salesops.actions.undo_import import (
    can_be_undone,
    may_undo_until,
    refuse_undo,
    touched,
    touched_of,
)
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.foundations.whole_number import whole_number
from salesops.jobs.arriving import files_of, is_at_work
from salesops.jobs.importing import end_abandoned, lock_of, problems_of
from salesops.jobs.undoing_import import PREVIEW_UNDO, preview_soon, previewed, undo_soon
from salesops.records.import_run import ImportRun, ImportUndo
from salesops.records.job import DONE, Job
from salesops.records.models import NOUNS
from salesops.web.pages.data.problems import asking, every_problem, refused_files
from salesops.web.pages.data.refused import refused_csv
from salesops.web.pages.importing.told import (
    lines_of,
    refuse_onlooker,
    state_of,
    what_stays,
)
from salesops.web.pages.keeping.record_page import actor_of, reading
from salesops.web.pages.work.told import in_short, told
from salesops.web.sent_on import sent_on
from salesops.web.words import several

# Records a page compares by itself, and among how many it looks for them; beyond that a worker does.
MOST_AT_ONCE = 1_000
MOST_AMONG = 20_000
MOST_SHOWN = 50


def one_import(request: HttpRequest, key: int) -> HttpResponse:
    """The page of an import; while it is written or undone, how far that is."""
    actor = actor_of(request)
    refuse_onlooker(actor)
    end_abandoned(system_clock)
    run = get_object_or_404(ImportRun.objects.select_related("actor"), pk=key)
    now = system_clock()
    job = _job_of(run)
    is_going_on = is_at_work(job)
    if "part" in request.GET and not is_going_on:
        return sent_on(request.path)
    context: dict[str, Any] = {"run": run, "here": request.path, "is_going_on": is_going_on}
    if job is not None:
        (line,) = told(actor, [job], now)
        context |= {
            "job": job,
            "progress": line,
            "pace": line.pace,
            "may_stop": line.may_stop,
        }
    if "part" in request.GET:
        return render(request, "parts/progress.html", context)
    undo = ImportUndo.objects.select_related("change__actor").filter(run=run).first()
    state, tone = state_of(run)
    may_undo = may_import(actor) and can_be_undone(run, now) and not is_going_on
    context |= {
        "files": in_short(run.files),
        "state": state,
        "tone": tone,
        "lines": lines_of(run),
        "refused_rows": sum(run.refused.values()),
        "until": may_undo_until(run) if can_be_undone(run, now) else None,
        "may_undo": may_undo,
        "is_large": not _is_quick(run),
        "may_import": may_import(actor),
        "can_be_mended": bool(run.to_mend and may_import(actor) and files_of(run)),
        "undo": undo,
        "undone": _effects(undo.counts) if undo else [],
        "left": what_stays(_left_of(undo)) if undo else [],
        "left_count": undo.left.count() if undo else 0,
        "currency": reading()[0] or "USD",
        "zone": reading()[1],
        **_problems(run),
        **_changed_since(run, is_settled=not is_going_on and run.state in ("done", "cancelled")),
    }
    return render(request, "importing/import.html", context)


def undo_import(request: HttpRequest, key: int) -> HttpResponse:
    """What undoing would delete, put back and leave; on POST it is undone."""
    actor = actor_of(request)
    refuse_import(actor)
    end_abandoned(system_clock)
    run = get_object_or_404(ImportRun, pk=key)
    if request.method == "POST" and request.POST.get("do") == "undo":
        undo_soon(actor, run, system_clock)
        return HttpResponseRedirect(reverse("import", args=[run.pk]))
    refuse_undo(actor, run, system_clock())
    job = None
    if _is_quick(run):
        found: dict[str, Any] | None = {"at": system_clock(), **previewed(run)}
    else:
        if request.method == "POST":
            job = preview_soon(actor, run, system_clock)
            return HttpResponseRedirect(f"{request.path}?job={job.pk}")
        job = _asked(request, run)
        found = job.result if job is not None and job.state == DONE else None
    if "part" in request.GET and not is_at_work(job):
        return sent_on(f"{request.path}?job={job.pk}" if job else request.path)
    context: dict[str, Any] = {"run": run, "files": in_short(run.files), "job": job, "found": found}
    if job is not None:
        (line,) = told(actor, [job], system_clock())
        context |= {"progress": line, "pace": line.pace, "here": request.path}
        context |= {"is_going_on": is_at_work(job), "further": f"&job={job.pk}"}
        if "part" in request.GET:
            return render(request, "parts/progress.html", context)
    if found is not None:
        context |= {
            "effects": _effects(found["counts"]),
            "deleted": sum(c["deleted"] for c in found["counts"].values()),
            "back": sum(c["back"] for c in found["counts"].values()),
            "stays": sum(c["kept"] + c["left"] for c in found["counts"].values()),
            "left": what_stays(found["left"]),
        }
    context |= {"touched": touched(run), "zone": reading()[1]}
    return render(request, "importing/undo.html", context)


@require_POST
def stop_import(request: HttpRequest, key: int) -> HttpResponse:
    """Stop the writing or the undoing; what was done by then stays and can be undone, or gone on with."""
    actor = actor_of(request)
    refuse_import(actor)
    run = get_object_or_404(ImportRun, pk=key)
    job = _job_of(run)
    if job is None or not is_at_work(job):
        raise Refusal("This has ended already.")
    if not may_cancel(actor, job):
        raise Refusal(
            "Only who asked for this work, or a manager of sales operations, may stop it."
        )
    cancel_job(actor, job, system_clock)
    return HttpResponseRedirect(reverse("import", args=[run.pk]))


def refused_rows(request: HttpRequest, key: int, place: int) -> HttpResponseBase:
    """The refused rows of one of its files, to be mended; for who may bring them in again."""
    refuse_import(actor_of(request))
    file = problems_of(get_object_or_404(ImportRun, pk=key))
    if file is None:
        raise Http404
    with asking(file) as problems:
        return refused_csv(problems, place)


def _job_of(run: ImportRun) -> Job | None:
    """The work on an import that is written or undone, or ended on the way; none where all of it is done."""
    if run.state in ("done", "undone"):
        return None
    return Job.objects.filter(lock_key=lock_of(run.pk)).order_by("-pk").first()


def _asked(request: HttpRequest, run: ImportRun) -> Job | None:
    """The comparing that the address names, where it is of this import."""
    key = whole_number(request.GET.get("job", "")) or 0
    job = Job.objects.filter(pk=key, kind=PREVIEW_UNDO).first()
    return job if job is not None and job.arguments["run"] == run.pk else None


def _problems(run: ImportRun) -> dict[str, Any]:
    file = problems_of(run)
    if file is None:
        return {"problems": [], "refused": [], "problems_are_kept": not run.to_mend}
    with asking(file) as problems:
        return {
            "problems": every_problem(problems),
            "refused": refused_files(problems),
            "problems_are_kept": True,
        }


def _changed_since(run: ImportRun, *, is_settled: bool) -> dict[str, Any]:
    """The records of a small import that somebody changed since."""
    if not is_settled or not touched(run) or not _is_quick(run):
        return {"changed_since": None}
    return {"changed_since": what_stays(previewed(run)["left"])}


def _is_quick(run: ImportRun) -> bool:
    """Whether a page can compare what the import touched with what it is now: all records of a kind are walked along."""
    nouns = [noun for noun, c in run.counts.items() if touched_of(c)]
    return touched(run) <= MOST_AT_ONCE and not any(
        NOUNS[noun].objects.order_by("pk")[MOST_AMONG : MOST_AMONG + 1].exists() for noun in nouns
    )


def _effects(counts: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    in_order = [noun for noun in NOUNS if noun in counts]
    return [{"noun": several(noun).capitalize(), **counts[noun]} for noun in in_order]


def _left_of(undo: ImportUndo) -> list[tuple[str, str, list[str]]]:
    left = undo.left.order_by("pk").values_list("noun", "record_id", "columns")
    return [(noun, key, columns) for noun, key, columns in left[:MOST_SHOWN]]
