"""Erasing a person: who was, finding somebody, looking for everything about them, and saying it twice."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from salesops.actions.erase_person import (
    LOOK_FOR_PERSON,
    erase_person,
    look_for_person,
    refuse_who_may_not,
    the_person,
)
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.foundations.whole_number import whole_number
from salesops.jobs.arriving import is_at_work
from salesops.records.change import LONGEST_REASON
from salesops.records.job import DONE, FAILED, RUNNING, WAITING, Job
from salesops.records.sealing import ERASE
from salesops.records.somebody import Subject
from salesops.web.pages.erasing.told import (
    erasures,
    found_by,
    known,
    place_in_words,
    subject_of,
)
from salesops.web.pages.keeping.record_page import actor_of, reading
from salesops.web.pages.work.told import told
from salesops.web.sent_on import sent_on

MOST_SUBJECTS, MOST_WORDS = 50, 20


def list_erasures(request: HttpRequest) -> HttpResponse:
    """Everybody who was erased, what is being erased, and finding who is to be."""
    actor = actor_of(request)
    refuse_who_may_not(actor)
    find = request.GET.get("find", "")
    going = Job.objects.filter(kind=ERASE, state__in=(WAITING, RUNNING, FAILED)).order_by("-pk")
    context = {
        "find": find,
        "found": found_by(find),
        "erasures": erasures(),
        "going": told(actor, going, system_clock()),
        "asked": "asked" in request.GET,
        "zone": reading()[1],
    }
    return render(request, "erasing/erasures.html", context)


def erase(request: HttpRequest) -> HttpResponse:
    """What is of one person, and the way to have it erased."""
    actor = actor_of(request)
    refuse_who_may_not(actor)
    form = request.POST if request.method == "POST" else request.GET
    subjects = [s for text in form.getlist("of")[:MOST_SUBJECTS] if (s := subject_of(text))]
    also = [w.strip() for w in form.get("also", "").splitlines()[:MOST_WORDS] if w.strip()]
    problem, status = "", 200
    if request.method == "POST":
        try:
            if form.get("do") == "erase":
                _erase(request, subjects)
                return HttpResponseRedirect(f"{reverse('erasures')}?asked=1")
            job = look_for_person(actor, subjects, system_clock, also)
            return HttpResponseRedirect(f"{_here(subjects)}&job={job.pk}")
        except Refusal as refusal:
            problem, status = str(refusal), 422
    try:
        one = the_person(subjects)
    except Refusal as refusal:
        context: dict[str, Any] = {"problem": problem or str(refusal), "zone": reading()[1]}
        return render(request, "erasing/erase.html", context, status=422)
    looked = _looked(form.get("job", ""), subjects)
    is_going_on = is_at_work(looked)
    if "part" in request.GET and not is_going_on:
        return sent_on(f"{_here(subjects)}&job={looked.pk}" if looked else _here(subjects))
    context = {
        "one": one,
        "records": known(one.subjects),
        "logins": one.logins(),
        "of": [f"{noun}/{key}" for noun, key in subjects],
        "problem": problem,
        "reason": form.get("reason", ""),
        "longest_reason": LONGEST_REASON,
        "also_typed": "\n".join(also),
        "job": looked,
        "here": reverse("erase"),
        "further": f"&{_here(subjects).partition('?')[2]}&job={looked.pk if looked else ''}",
        "is_going_on": is_going_on,
        "zone": reading()[1],
    }
    if looked is not None:
        (line,) = told(actor, [looked], system_clock())
        context |= {"progress": line, "pace": line.pace}
        if "part" in request.GET:
            return render(request, "parts/progress.html", context)
        context |= _found(looked) if looked.state == DONE else {"problem": problem or line.outcome}
    return render(request, "erasing/erase.html", context, status=status)


def _erase(request: HttpRequest, subjects: list[Subject]) -> None:
    """Refuses what nobody has looked for: who erases has seen what it reaches."""
    form = request.POST
    looked = _looked(form.get("job", ""), subjects)
    if looked is None or looked.state != DONE:
        raise Refusal("Look for everything about them first.")
    erase_person(
        actor_of(request),
        subjects,
        form.get("reason", ""),
        form.get("typed", ""),
        system_clock,
        also=looked.arguments["also"],
    )


def _looked(key: str, subjects: list[Subject]) -> Job | None:
    """The look that the address names, where it is for this person."""
    job = Job.objects.filter(pk=whole_number(key) or 0, kind=LOOK_FOR_PERSON).first()
    same = job is not None and job.arguments["subjects"] == [list(s) for s in subjects]
    return job if same else None


def _found(looked: Job) -> dict[str, Any]:
    found: dict[str, Any] = looked.result or {}
    files = found["files"]
    return {
        "found": True,
        "also_typed": "\n".join(looked.arguments["also"]),
        "places": [(place_in_words(t, columns), rows) for t, columns, rows in found["places"]],
        "rows": sum(rows for _, _, rows in found["places"]),
        "alike": known((noun, key) for noun, key in found["alike"]),
        "arriving": files["arriving"],
        "problems": files["problems"],
        "decided": files["book"],
        "kept": found.get("kept", []),  # a look before files could be erased does not say
        "others": found["others"],
        "backups": found["backups"],
    }


def _here(subjects: list[Subject]) -> str:
    query = urlencode([("of", f"{noun}/{key}") for noun, key in subjects])
    return f"{reverse('erase')}?{query}"
