"""Settings of the book: fiscal calendar, currency, what stages mean, segments as criteria."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from pydantic import ValidationError

from salesops.book.settings import (
    Segment,
    Settings,
    StageMeaning,
    load_settings,
    save_settings,
)
from salesops.foundations.clock import system_clock
from salesops.foundations.criterion import parse
from salesops.foundations.problem import Refusal
from salesops.jobs.rebuilding import apply_settings
from salesops.tables import TABLES
from salesops.web.books import manifest, whole_book

MONTHS = (
    "January February March April May June July August September October November December".split()
)
OUTCOMES = (("open", "Open"), ("won", "Won"), ("lost", "Lost"), ("no_decision", "No decision"))
PATTERNS = (
    ("calendar", "Calendar months"),
    ("445", "4-4-5 weeks"),
    ("454", "4-5-4 weeks"),
    ("544", "5-4-4 weeks"),
)
EMPTY_SEGMENTS = 2


def settings(request: HttpRequest) -> HttpResponse:
    """The form; on POST numbers are worked out again and the page says so."""
    folder = django_settings.SALESOPS_BOOK
    now = load_settings(folder)
    problem = ""
    if request.method == "POST":
        try:
            said = _said(request)
            if manifest() is None:
                folder.mkdir(parents=True, exist_ok=True)
                save_settings(folder, said)
            else:
                apply_settings(folder, said, system_clock)
        except Refusal as refusal:
            problem, now = str(refusal), now
        except ValidationError as error:
            fault = error.errors()[0]
            problem = f"{'.'.join(str(p) for p in fault['loc'])}: {fault['msg']}"
        else:
            return redirect("/settings?saved=1")
    context = {
        "settings": now,
        "problem": problem,
        "saved": "saved" in request.GET,
        "months": list(enumerate(MONTHS, 1)),
        "patterns": PATTERNS,
        "outcomes": OUTCOMES,
        "zones": sorted(available_timezones()),
        "stages": _stages() if manifest() else [],
        "segments": [*now.segments, *[None] * EMPTY_SEGMENTS],
    }
    return render(request, "settings/settings.html", context, status=422 if problem else 200)


def _stages() -> list[dict[str, Any]]:
    return (
        whole_book()
        .engine.run(
            "SELECT s.pipeline, s.stage, s.position, s.outcome, s.is_pitched, s.is_qualified, "
            "(SELECT count(*) FROM opportunity o WHERE o.pipeline = s.pipeline AND o.stage = s.stage) AS deals "
            "FROM pipeline_stage s ORDER BY s.pipeline, s.position, s.stage"
        )
        .dicts()
    )


def _said(request: HttpRequest) -> Settings:
    form = request.POST
    stages = []
    for place in range(int(form.get("stages", "0") or 0)):
        stages.append(
            StageMeaning.model_validate(
                {
                    "pipeline": form.get(f"pipeline-{place}", ""),
                    "stage": form.get(f"stage-{place}", ""),
                    "position": form.get(f"position-{place}") or None,
                    "outcome": form.get(f"outcome-{place}") or None,
                    "is_pitched": f"pitched-{place}" in form,
                    "is_qualified": f"qualified-{place}" in form,
                }
            )
        )
    segments = []
    for place in range(int(form.get("segments", "0") or 0)):
        name, criterion = (
            form.get(f"segment-{place}", "").strip(),
            form.get(f"criterion-{place}", "").strip(),
        )
        if not name and not criterion:
            continue
        if not name or not criterion:
            raise Refusal("A segment needs both a name and a condition.")
        parse(criterion, TABLES["opportunity"], TABLES)
        segments.append(Segment(name=name, criterion=criterion))
    return Settings.model_validate(
        {
            "title": form.get("title", "").strip(),
            "currency": form.get("currency", "").strip().upper(),
            "calendar": {
                "first_month": form.get("first_month", "1"),
                "pattern": form.get("pattern", "calendar"),
                "time_zone": form.get("time_zone", "UTC"),
            },
            "stages": stages,
            "segments": segments,
        }
    )
