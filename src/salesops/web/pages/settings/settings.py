"""Settings of the book: fiscal calendar, currency, what stages mean, segments as criteria."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from pydantic import ValidationError

from salesops.book.settings import (
    CalendarSettings,
    Segment,
    Settings,
    StageMeaning,
    known_zones,
    load_settings,
    save_settings,
)
from salesops.foundations.criterion import parse
from salesops.foundations.problem import Refusal
from salesops.foundations.whole_number import whole_number
from salesops.jobs.run import SETTINGS, start
from salesops.tables import TABLES
from salesops.web.books import manifest, whole_book
from salesops.web.pages.opening.session import begin, folder_of
from salesops.web.pages.settings import stages_in_time

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
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
YEAR_ENDS = (("last", "The last in the month"), ("nearest", "The nearest to the month’s end"))
YEAR_NAMES = (("end", "The calendar year it ends in"), ("start", "The calendar year it begins in"))
EMPTY_SEGMENTS = 2
MOST_ROWS = 2_000
Stages = Sequence[Mapping[str, Any]]  # as the book has them, each with how many deals are in it


def settings(request: HttpRequest) -> HttpResponse:
    """The form; on POST the numbers are worked out again, watched on the page of the job."""
    folder = django_settings.SALESOPS_BOOK
    now = load_settings(folder)
    stages = _stages() if manifest() else []
    problem, draft = "", draft_of(now, stages)
    if request.method == "POST":
        draft = typed(request, stages)
        try:
            said = _taken_back(request, now, stages) or _in_time(
                request, now, said_in(draft), stages
            )
        except Refusal as refusal:
            problem = str(refusal)
        except ValidationError as error:
            problem = fault_in(error)
        else:
            kept = now.sales_process  # which has a form of its own
            return _keep(folder, said.model_copy(update={"sales_process": kept}))
    context = {
        "problem": problem,
        "saved": "saved" in request.GET,
        "turns": stages_in_time.told(now, stages),
        "when": request.POST.get("when", "always"),
        "since": request.POST.get("since", ""),
        "last_day": whole_book().today if manifest() else None,
        **offered(draft),
    }
    return render(request, "settings/settings.html", context, status=422 if problem else 200)


def _in_time(request: HttpRequest, now: Settings, said: Settings, present: Stages) -> Settings:
    """What is said, with what stages meant before the day from which on they mean it."""
    if not said.stages:
        return said
    since = stages_in_time.since_of(request.POST.dict(), whole_book().today)
    before = stages_in_time.dated(now, present, said.stages, since)
    return said.model_copy(update={"stages": [*said.stages, *before]})


def _taken_back(request: HttpRequest, now: Settings, present: Stages) -> Settings | None:
    """The settings without what came to mean something else on a day, where that is asked for and nothing else."""
    asked = request.POST.get("take_back", "")
    if not asked:
        return None
    turns = stages_in_time.told(now, present)
    place = whole_number(asked, 4)
    is_as_seen = request.POST.get("turns") == str(len(turns))
    if place is None or place >= len(turns) or not is_as_seen:
        raise Refusal("The stages were changed meanwhile. Look at them again.")
    turn = turns[place]
    return stages_in_time.without(now, present, turn["pipeline"], turn["stage"], turn["day"])


def offered(draft: dict[str, Any]) -> dict[str, Any]:
    """What the form shows beside what it holds: the choices there are."""
    return {
        "draft": draft,
        "months": [(str(n), m) for n, m in enumerate(MONTHS, 1)],
        "patterns": PATTERNS,
        "year_ends": YEAR_ENDS,
        "weekdays": [(str(n), d) for n, d in enumerate(WEEKDAYS)],
        "year_names": YEAR_NAMES,
        "outcomes": OUTCOMES,
        "zones": sorted(known_zones()),
        "pipelines": len({s["pipeline"] for s in draft["stages"]}),
        "segments": [*draft["segments"], *[{}] * EMPTY_SEGMENTS],
    }


def _keep(folder: Path, said: Settings) -> HttpResponse:
    """Save at once where there is no book to work out again; else start the job that does."""
    if manifest() is None:
        folder.mkdir(parents=True, exist_ok=True)
        save_settings(folder, said)
        return redirect("/settings?saved=1")
    session = begin([])
    (folder_of(session) / SETTINGS).write_text(said.model_dump_json(), "utf-8")
    start("settings", folder, folder_of(session))
    return redirect("opening_wait", session=session)


def draft_of(now: Settings, stages: Stages) -> dict[str, Any]:
    """The settings as the form shows them, `stages` as the book has them."""
    return {
        "title": now.title,
        "currency": now.currency,
        "first_month": str(now.calendar.first_month),
        "pattern": now.calendar.pattern,
        "year_end": now.calendar.year_end,
        "year_end_weekday": str(now.calendar.year_end_weekday),
        "year_named_by": now.calendar.year_named_by,
        "time_zone": now.calendar.time_zone,
        "stages": stages,
        "segments": [{"name": s.name, "criterion": s.criterion} for s in now.segments],
    }


def _stages() -> Stages:
    return (
        whole_book()
        .engine.run(
            "SELECT s.pipeline, s.stage, s.position, s.outcome, s.is_pitched, s.is_qualified, "
            "(SELECT count(*) FROM opportunity o WHERE o.pipeline = s.pipeline AND o.stage = s.stage) AS deals "
            "FROM pipeline_stage s ORDER BY s.pipeline, s.position, s.stage"
        )
        .dicts()
    )


def typed(request: HttpRequest, present: Stages) -> dict[str, Any]:
    """What was typed, right or wrong, in the shape of `draft_of`, beside the stages that the book has."""
    form = request.POST
    stages: list[dict[str, Any]] = []
    deals = {(s["pipeline"], s["stage"]): s["deals"] for s in present}
    for place in range(_count(form.get("stages"))):
        pipeline, stage = form.get(f"pipeline-{place}", ""), form.get(f"stage-{place}", "")
        stages.append(
            {
                "pipeline": pipeline,
                "stage": stage,
                "position": form.get(f"position-{place}") or None,
                "outcome": form.get(f"outcome-{place}") or None,
                "is_pitched": f"pitched-{place}" in form,
                "is_qualified": f"qualified-{place}" in form,
                "deals": deals.get((pipeline, stage), 0),
            }
        )
    segments = [
        {
            "name": form.get(f"segment-{place}", "").strip(),
            "criterion": form.get(f"criterion-{place}", "").strip(),
        }
        for place in range(_count(form.get("segments")))
    ]
    return {
        "title": form.get("title", "").strip(),
        "currency": form.get("currency", "").strip().upper(),
        "first_month": form.get("first_month", "1"),
        "pattern": form.get("pattern", "calendar"),
        "year_end": form.get("year_end", "last"),
        "year_end_weekday": form.get("year_end_weekday", "5"),
        "year_named_by": form.get("year_named_by", "end"),
        "time_zone": form.get("time_zone", "").strip() or "UTC",
        "stages": stages,
        "segments": [s for s in segments if s["name"] or s["criterion"]],
    }


def _count(text: str | None) -> int:
    return min(MOST_ROWS, int(text)) if text and re.fullmatch(r"[0-9]{1,6}", text) else 0


def said_in(draft: dict[str, Any]) -> Settings:
    """The draft as settings. Raises Refusal or ValidationError where it is none."""
    names = [s["name"] for s in draft["segments"]]
    for segment in draft["segments"]:
        if names.count(segment["name"]) > 1 and segment["name"]:
            raise Refusal(f"Two segments are named “{segment['name']}”. Give each its own name.")
        if not segment["name"] or not segment["criterion"]:
            raise Refusal("A segment needs both a name and a condition.")
        try:
            parse(segment["criterion"], TABLES["opportunity"], TABLES)
        except Refusal as refusal:
            raise Refusal(f"Segment “{segment['name']}”: {refusal}") from None
    return Settings(
        title=draft["title"],
        currency=draft["currency"],
        calendar=CalendarSettings(
            first_month=draft["first_month"],
            pattern=draft["pattern"],
            year_end=draft["year_end"],
            year_end_weekday=draft["year_end_weekday"],
            year_named_by=draft["year_named_by"],
            time_zone=draft["time_zone"],
        ),
        stages=[
            StageMeaning.model_validate({k: v for k, v in s.items() if k != "deals"})
            for s in draft["stages"]
        ],
        segments=[Segment(**s) for s in draft["segments"]],
    )


_FAULTS = {
    "currency": "A currency is its three letters, such as EUR.",
    "first_month": "The fiscal year begins in a month, from January to December.",
    "pattern": "This is not a pattern of months. Choose one of the list.",
    "position": "The order of a stage is a whole number from 1 to 999.",
    "outcome": "What a stage means is open, won, lost or no decision. Choose one of the list.",
}


def fault_in(error: ValidationError) -> str:
    """The first fault in words."""
    fault = error.errors()[0]
    field = str(fault["loc"][-1])
    return _FAULTS.get(field, fault["msg"].removeprefix("Value error, "))
