"""What each stage asks of a deal, in versions from a day on: said in a form, kept with the settings of the book."""

from __future__ import annotations

import re
from collections.abc import Set
from datetime import date
from typing import Any

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from pydantic import ValidationError

from salesops.book.book import Book
from salesops.book.sales_process import (
    ACTIVITY_KINDS,
    LONGEST_NOTE,
    LONGEST_SERVICE_LEVEL,
    ExpectedActivity,
    ProcessVersion,
    SalesProcess,
    StageRule,
    activities_in_words,
    in_order,
    in_words,
)
from salesops.book.settings import load_settings, save_settings
from salesops.foundations.problem import Refusal
from salesops.foundations.whole_number import whole_number
from salesops.pipeline.process_rules import check_rule, rule_for, unknown_stages
from salesops.web.books import whole_book

NEW = "new"
_ACTIVITY = re.compile(r"(?:([0-9]{1,3})\s+)?([a-z]+)", re.I)


def sales_process(request: HttpRequest) -> HttpResponse:
    """The form of a version; on POST it holds at once, as nothing has to be worked out again."""
    folder, book = django_settings.SALESOPS_BOOK, whole_book()
    now, problem = book.settings, ""
    if request.method == "POST":
        try:
            said = said_in(request.POST, book)
            if request.POST.get("seen") != now.model_dump_json(include={"sales_process"}):
                raise Refusal("The process was changed meanwhile. Look at it again.")
            # Read again: what else is set may have been set since.
            kept = load_settings(folder).model_copy(update={"sales_process": said})
            save_settings(folder, kept)
            return redirect(f"{request.path}?saved=1")
        except Refusal as refusal:
            problem = str(refusal)
    seen = now.model_dump_json(include={"sales_process"})
    return shown(request, book, problem, seen=seen)


def shown(
    request: HttpRequest, book: Book, problem: str = "", *, may_edit: bool = True, **more: Any
) -> HttpResponse:
    """The page, with what was typed where that could not be kept."""
    versions = book.settings.sales_process
    asked = request.GET.get("version", "")
    latest = versions[-1] if versions else None
    chosen = next((v for v in versions if v.since.isoformat() == asked), latest)
    is_new = asked == NEW or chosen is None
    if request.method == "POST" and problem:
        draft = _typed(request.POST, book)
    else:
        since = book.today if is_new or chosen is None else chosen.since
        draft = _draft(chosen, book, since, "" if is_new or chosen is None else chosen.note)
    pipelines = {row["pipeline"] for row in draft["stages"]}
    context = {
        "problem": problem,
        "saved": "saved" in request.GET,
        "may_edit": may_edit,
        "versions": [(v, v is chosen and not is_new) for v in versions],
        "is_new": is_new,
        "chosen": chosen,
        "draft": draft,
        "open_stages": [s for s in draft["stages"] if s["is_open"]],
        "closed_stages": [s for s in draft["stages"] if not s["is_open"]],
        "names_pipelines": len(pipelines) > 1,
        "unknown": unknown_stages(book),
        "kinds": ACTIVITY_KINDS,
        "longest_note": LONGEST_NOTE,
        "longest_days": LONGEST_SERVICE_LEVEL,
        **more,
    }
    status = 422 if problem else 200
    return render(request, "pipeline/sales_process.html", context, status=status)


def said_in(form: QueryDict, book: Book) -> SalesProcess:
    """All versions with the one that was typed, or without the one taken away. Raises Refusal where it is none."""
    versions = book.settings.sales_process
    taken = form.get("remove", "")
    since = _day(taken or form.get("since", ""))
    others = tuple(version for version in versions if version.since != since)
    if taken:
        if len(others) == len(versions):
            raise Refusal(f"No version holds from {since:%-d %B %Y}.")
        return others
    kinds = {*ACTIVITY_KINDS, *_kinds_of(book)}
    rules = tuple(
        rule for row in _typed(form, book)["stages"] if in_words(rule := _rule(row, book, kinds))
    )
    note = " ".join(form.get("note", "").split())
    if len(note) > LONGEST_NOTE:
        raise Refusal(f"The note is longer than {LONGEST_NOTE} letters. Shorten it.")
    return in_order((*others, ProcessVersion(since=since, note=note, stages=rules)))


def _rule(row: dict[str, Any], book: Book, kinds: Set[str]) -> StageRule:
    days = whole_number(row["days"])
    if row["days"] and (days is None or not 1 <= days <= LONGEST_SERVICE_LEVEL):
        raise Refusal(
            f"{row['stage']}: “{row['days']}” is not a number of days from 1 to {LONGEST_SERVICE_LEVEL:,}."
        )
    activities = _activities(row["stage"], row["activities"], kinds)
    try:
        rule = StageRule(
            pipeline=row["pipeline"],
            stage=row["stage"],
            entry=row["entry"],
            exit=row["exit"],
            activities=activities,
            days=days,
            may_be_skipped=row["may_be_skipped"],
        )
    except ValidationError as error:
        fault = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise Refusal(f"{row['stage']}: {fault}.") from None
    check_rule(book, rule)
    return rule


def _activities(stage: str, text: str, known: Set[str]) -> tuple[ExpectedActivity, ...]:
    """The activities of a text such as “1 meeting, 2 calls”."""
    if not text:
        return ()
    found = []
    for part in text.split(","):
        read = _ACTIVITY.fullmatch(part.strip())
        kind = read[2].lower() if read else ""
        kind = kind if kind in known else kind.removesuffix("s")
        count = int(read[1] or 1) if read else 0
        if kind not in known or not 1 <= count <= 99:
            raise Refusal(
                f"{stage}: “{part.strip()}” cannot be read. Write how many of which kind, such as: "
                f"1 meeting, 2 calls. Kinds are {', '.join(sorted(known))}."
            )
        found.append(ExpectedActivity(kind=kind, at_least=count))
    return tuple(found)


def _kinds_of(book: Book) -> list[str]:
    rows = book.engine.run("SELECT DISTINCT CAST(kind AS VARCHAR) FROM activity").rows
    return [row[0] for row in rows if row[0]]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refusal("Say from which day the process holds, such as 2026-01-31.") from None


def _stages(book: Book) -> list[dict[str, Any]]:
    return book.engine.run(
        "SELECT pipeline, CAST(stage AS VARCHAR) AS stage, outcome = 'open' AS is_open FROM pipeline_stage "
        "WHERE is_active IS NOT FALSE ORDER BY pipeline, position, stage"
    ).dicts()


def _draft(version: ProcessVersion | None, book: Book, since: date, note: str) -> dict[str, Any]:
    """A version as the form shows it."""
    rows: list[dict[str, Any]] = []
    for stage in _stages(book):
        rule = rule_for(version, stage["pipeline"], stage["stage"]) if version else None
        rule = rule or StageRule(stage=stage["stage"])
        said = {
            "entry": rule.entry,
            "exit": rule.exit,
            "activities": activities_in_words(rule.activities),
            "days": "" if rule.days is None else str(rule.days),
            "may_be_skipped": rule.may_be_skipped,
            "told": in_words(rule),
        }
        rows.append({"place": len(rows), **stage, **said})
    return {"since": since.isoformat(), "note": note, "stages": rows}


def _typed(form: QueryDict, book: Book) -> dict[str, Any]:
    """What was typed, right or wrong, in the shape of `_draft`. Stages are found by name, as others may come between."""
    rows: list[dict[str, Any]] = []
    typed = {
        (form.get(f"pipeline-{n}", ""), form.get(f"stage-{n}", "")): n
        for n in range(min(2_000, len(form)))
        if f"stage-{n}" in form
    }
    for stage in _stages(book):
        place = typed.get((stage["pipeline"], stage["stage"]))
        said: dict[str, Any] = {
            name: form.get(f"{name}-{place}", "").strip()
            for name in ("entry", "exit", "activities", "days")
        }
        said["may_be_skipped"] = f"may_be_skipped-{place}" in form
        rows.append({"place": len(rows), **stage, **said})
    return {"since": form.get("since", ""), "note": form.get("note", ""), "stages": rows}
