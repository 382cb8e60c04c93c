"""Bringing files in, step by step: choose them, say what they are, see what would happen, and have it written."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from salesops.actions.cancel_job import cancel_job
from salesops.actions.import_rows import refuse_import
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.foundations.whole_number import whole_number
from salesops.importers import Examination
from salesops.jobs.arriving import (
    COUNT_IMPORT,
    Arrival,
    Counted,
    add_files,
    arrival,
    begin,
    count_soon,
    files_of,
    is_at_work,
    is_overtaken,
    look_soon,
    say,
    say_values,
    throw_away,
    write,
)
from salesops.jobs.importing import PROBLEMS
from salesops.jobs.values_of_files import AS_IT_IS, STAGE, Asked, Said, choices_of
from salesops.records.folder import ARRIVING
from salesops.records.import_run import ImportRun
from salesops.records.job import CANCELLED
from salesops.records.models import NOUNS
from salesops.web.pages.custom_fields.custom_fields import KINDS
from salesops.web.pages.data.problems import asking, every_problem, refused_files
from salesops.web.pages.data.refused import refused_csv
from salesops.web.pages.importing.own_places import own_places
from salesops.web.pages.importing.told import in_money, in_words, lines_counted
from salesops.web.pages.keeping.facts import PLACES, title_of
from salesops.web.pages.keeping.record_page import actor_of, reading
from salesops.web.pages.opening.columns import found_in, said_in, unanswered
from salesops.web.pages.work.told import Told, in_short, told
from salesops.web.sent_on import sent_on
from salesops.web.uploads import given, most_in_words
from salesops.web.words import several

OTHER = "other"  # a system that no import came from yet
SOURCE_LENGTH = 40
MOST_VALUES = 60  # of one column; the others stay as they are


def new_import(request: HttpRequest) -> HttpResponse:
    """The first step: choose files. With `mends`, rows of that import which come back mended."""
    actor = actor_of(request)
    refuse_import(actor)
    problem = ""
    if request.method == "POST":
        key = whole_number(request.POST.get("mends", ""))
        mends = None if key is None else get_object_or_404(ImportRun, pk=key)
        try:
            if mends is not None and not files_of(mends):
                raise Refusal(
                    "The files of that import are kept no more. Choose them here, with the mended rows."
                )
            begun = begin(actor, given(request), system_clock, mends=mends)
        except Refusal as refusal:
            problem = str(refusal)
        else:
            return HttpResponseRedirect(reverse("import_wait", args=[begun.name]))
    context = {
        "problem": problem,
        "most": settings.SALESOPS_MOST_UPLOAD,
        "most_said": f"More than {most_in_words()} together, which is the most at once. Choose fewer.",
    }
    return render(request, "importing/new.html", context, status=422 if problem else 200)


def wait(request: HttpRequest, session: str) -> HttpResponse:
    """While the files are read: how far it is, and on to the next step when it is done."""
    begun = _mine(request, session)
    job = begun.last_job
    following = _following(begun)
    is_part = "part" in request.GET
    if is_part and (following or not is_at_work(job)):
        return sent_on(following or request.path)
    if following:
        return HttpResponseRedirect(following)
    (line,) = told(actor_of(request), [job], system_clock()) if job else (None,)
    context = {
        "begun": begun,
        "title": "Comparing with the records" if _is_counting(line) else "Looking at your files",
        "progress": line,
        "pace": line.pace if line else "",
        "is_stopped": job is not None and job.state == CANCELLED,
        "here": request.path,
    }
    return render(request, "parts/progress.html" if is_part else "importing/wait.html", context)


@require_POST
def stop(request: HttpRequest, session: str) -> HttpResponse:
    """Stop the reading; nothing was changed by it."""
    begun = _mine(request, session)
    job = begun.last_job
    if job is not None and is_at_work(job):
        cancel_job(actor_of(request), job, system_clock)
    return HttpResponseRedirect(reverse("import_wait", args=[begun.name]))


@require_POST
def look_again(request: HttpRequest, session: str) -> HttpResponse:
    """Try once more what did not work or was stopped."""
    begun = _mine(request, session)
    if not is_at_work(begun.last_job):
        look_soon(begun, actor_of(request), system_clock)
    return HttpResponseRedirect(reverse("import_wait", args=[begun.name]))


@require_POST
def forget_files(request: HttpRequest, session: str) -> HttpResponse:
    """Throw the files away; the records stay as they are."""
    begun = _mine(request, session)
    job = begun.last_job
    if job is not None and is_at_work(job):
        cancel_job(actor_of(request), job, system_clock)
    throw_away(begun)
    return HttpResponseRedirect(reverse("imports"))


@require_POST
def add(request: HttpRequest, session: str) -> HttpResponse:
    """Further files for those that were chosen: rows that were mended go back into their place."""
    begun = _mine(request, session)
    add_files(begun, actor_of(request), given(request), system_clock)
    return HttpResponseRedirect(reverse("import_wait", args=[begun.name]))


def columns(request: HttpRequest, session: str) -> HttpResponse:
    """The second step: what each file is, where its columns go, and which system it comes from."""
    begun = _mine(request, session)
    examination = begun.examination
    if examination is None or is_at_work(begun.last_job):
        return HttpResponseRedirect(reverse("import_wait", args=[begun.name]))
    source = _Source(begun, examination)
    if request.method == "POST":
        answers = said_in(request, examination, begun.answers)
        source.take(request)
        say(begun, answers, source.said)
        if not source.problem and not unanswered(examination, answers):
            count_soon(begun, actor_of(request), system_clock)
            return HttpResponseRedirect(reverse("import_wait", args=[begun.name]))
    context = {"begun": begun, "source": source, "is_incomplete": request.method == "POST"}
    further = own_places(actor_of(request))
    return render(request, "importing/columns.html", context | found_in(examination, further))


def check(request: HttpRequest, session: str) -> HttpResponse:
    """The third step: what would be created, changed, left and refused; on POST it is written."""
    begun = _mine(request, session)
    actor = actor_of(request)
    counted = begun.counted
    if counted is None or is_at_work(begun.last_job):
        return HttpResponseRedirect(reverse("import_wait", args=[begun.name]))
    overtaken = is_overtaken(counted)
    if request.method == "POST":
        said = _said_of_values(request, counted)
        if said:
            say_values(begun, said)
        if said or request.POST.get("do"):
            count_soon(begun, actor, system_clock)
            return HttpResponseRedirect(reverse("import_wait", args=[begun.name]))
        if not overtaken or request.POST.get("seen"):
            return HttpResponseRedirect(reverse("import", args=[write(begun, actor, system_clock)]))
    lines = lines_counted(counted.counts, counted.refused)
    context = {
        "begun": begun,
        "counted": counted,
        "lines": lines,
        "created": sum(line.created for line in lines),
        "changed": sum(line.changed for line in lines),
        "deleted": sum(line.deleted for line in lines),
        "noted": sum(c.noted for c in counted.counts.values()),
        "money": in_money(_sum_of_deals(counted)),
        "overtaken": overtaken,
        "files": in_short(counted.files),
        "currency": reading()[0] or "USD",
        "zone": reading()[1],
        "alike": _alike(counted),
        "fields": _new_fields(counted),
        "values": _values(counted),
        "differing": in_words(counted.differing),
        **_problems(counted),
    }
    return render(
        request,
        "importing/check.html",
        context,
        status=409 if request.method == "POST" else 200,
    )


def refused_rows(request: HttpRequest, session: str, place: int) -> HttpResponseBase:
    """The refused rows of one file, before anything is written."""
    counted = _mine(request, session).counted
    file = settings.SALESOPS_OFFICE / ARRIVING / counted.folder / PROBLEMS if counted else None
    if file is None or not file.exists():
        raise Http404
    with asking(file) as problems:
        return refused_csv(problems, place)


class _Source:
    """Which system the files come from: what may be chosen, what is, and what is wrong with it."""

    def __init__(self, begun: Arrival, examination: Examination) -> None:
        systems = {f.system for f in examination.files if f.system}
        if any(f.salesforce for f in examination.files):
            systems.add("Salesforce")
        self.recognised = systems.pop() if len(systems) == 1 else ""
        runs = list(ImportRun.objects.order_by("-pk").values_list("source", "files")[:200])
        self.known = list(dict.fromkeys(source for source, _ in runs))
        names = {f.name for f in examination.files}
        of_these = next((source for source, files in runs if names & set(files)), "")
        self.said = begun.source or of_these or self._as_recognised()
        self.problem = ""

    def _as_recognised(self) -> str:
        """Nothing where earlier imports could be of the same system under another name: that is asked."""
        return self.recognised if self.recognised in self.known or not self.known else ""

    @property
    def is_new(self) -> bool:
        """It is a system that nothing was imported from."""
        return bool(self.said) and self.said not in self.known

    @property
    def suggested(self) -> str:
        """What a new one would be called."""
        return self.said if self.is_new else (self.recognised or ("" if self.known else "CRM"))

    def take(self, request: HttpRequest) -> None:
        """What the form says."""
        chosen = request.POST.get("source", "")
        typed = " ".join(request.POST.get("other_source", "").split())
        self.said = typed if chosen == OTHER or not self.known else chosen
        if chosen != OTHER and self.known and chosen not in self.known:
            self.said, self.problem = "", "Say which system the files come from."
        elif not self.said:
            self.problem = "Give the system a name, such as Salesforce."
        elif len(self.said) > SOURCE_LENGTH or ":" in self.said:
            self.problem = f"The name of a system has no colon and at most {SOURCE_LENGTH} letters."


def _mine(request: HttpRequest, session: str) -> Arrival:
    """What the reader began under that name. 404 where it is gone, or somebody else's."""
    actor = actor_of(request)
    refuse_import(actor)
    found = arrival(session)
    if found is None or found.owner != actor.pk or found.run is not None:
        raise Http404
    return found


def _following(begun: Arrival) -> str:
    """Where it goes on; empty while the last work has not ended well."""
    job = begun.last_job
    if job is not None and job.state != "done":
        return ""
    if begun.counted is not None:
        return reverse("import_check", args=[begun.name])
    if begun.examination is not None:
        return reverse("import_columns", args=[begun.name])
    return ""


def _is_counting(line: Told | None) -> bool:
    return line is not None and line.job.kind == COUNT_IMPORT


def _sum_of_deals(counted: Counted) -> dict[str, int]:
    found = counted.counts.get("opportunity")
    return found.money if found else {}


def _alike(counted: Counted) -> list[tuple[str, list[dict[str, object]]]]:
    """The new rows that look like records there are, noun by noun, each with the address of that record."""
    told = []
    for noun, alikes in counted.alikes.items():
        count, before = counted.alike[noun], PLACES.get(noun, "")
        does = "looks like one you have" if count == 1 else "look like some you have"
        first = f", the surest {len(alikes)}" if count > len(alikes) else ""
        rows = [
            a.model_dump() | {"place": before and before + quote(a.known, safe="")} for a in alikes
        ]
        told.append((f"{count:,} of the new {noun}s {does}{first}", rows))
    return told


def _said_of_values(request: HttpRequest, counted: Counted) -> Said:
    """What the form says a value is to become, other than was counted with; what it cannot become is not listened to."""
    said: dict[str, dict[str, str]] = {}
    offered = {column: dict(choices_of(column)) for column in {a.column for a in counted.values}}
    for place, each in enumerate(counted.values):
        to = request.POST.get(f"value-{place}")
        if to not in (None, each.to) and (to == AS_IT_IS or to in offered[each.column]):
            said.setdefault(each.column, {})[each.value] = to
    return said


def _values(counted: Counted) -> list[dict[str, object]]:
    """The values that are new here by column, each with its place in the form and what it may become."""
    shown: dict[str, list[tuple[int, Asked]]] = {}
    for place, each in enumerate(counted.values):
        shown.setdefault(each.column, []).append((place, each))
    told = []
    for column, asked in shown.items():
        table, _, name = column.partition(".")
        title = title_of(NOUNS[table], name)
        told.append(
            {
                "title": f"{title} of {several(table)}",
                "asked": asked[:MOST_VALUES],
                "more": len(asked) - MOST_VALUES,
                "choices": choices_of(column),
                "is_stage": column == STAGE,
            }
        )
    return told


def _new_fields(counted: Counted) -> list[tuple[str, str]]:
    """The fields that are not there yet, by what they are of: (opportunities, Tier (choice), Fee (money))."""
    made: dict[str, list[str]] = {}
    for field in counted.fields:
        if field.there is None:
            told = f"{field.label} ({KINDS[field.kind][0].lower()})"
            made.setdefault(several(field.noun), []).append(told)
    return [(noun, ", ".join(fields)) for noun, fields in made.items()]


def _problems(counted: Counted) -> dict[str, object]:
    file = settings.SALESOPS_OFFICE / ARRIVING / counted.folder / PROBLEMS
    if not file.exists():
        return {"problems": [], "refused": []}
    with asking(file) as problems:
        return {"problems": every_problem(problems), "refused": refused_files(problems)}
