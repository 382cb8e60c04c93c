"""The second step: what each file is and where its columns go, corrected where the guess is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from salesops.importers.matching import targets_of
from salesops.importers.model import Answers, Examination, FileAnswer, SourceColumn, SourceFile
from salesops.importers.vocabulary import COLUMN_WORDS
from salesops.jobs.run import start
from salesops.web.pages.opening.session import answers_of, examination_of, folder_of, say

# A table and a column of a file → groups of places it may go to, each with a title, and places with their words.
Further = Callable[[str, SourceColumn], list[tuple[str, list[tuple[str, str]]]]]
TABLE_TITLES = {name: name.replace("_", " ").capitalize() for name in COLUMN_WORDS}


def columns(request: HttpRequest, session: str) -> HttpResponse:
    """The mapping with samples and confidence; on POST it is kept and everything is read."""
    examination = examination_of(session)
    if request.method == "POST":
        answers = said_in(request, examination, answers_of(session))
        say(session, answers)
        if not unanswered(examination, answers):
            start("check", settings.SALESOPS_BOOK, folder_of(session))
            return redirect("opening_wait", session=session)
    context = {"session": session, "is_incomplete": request.method == "POST"}
    return render(request, "opening/columns.html", context | found_in(examination))


def found_in(examination: Examination, further: Further = lambda *_: []) -> dict[str, Any]:
    """What the page shows of the files: each with its columns, and the questions. `further` says where else a column
    of a table may go."""
    return {
        "files": [_shown(place, f, further) for place, f in enumerate(examination.files)],
        "questions": examination.questions,
        "must": examination.must_answer,
        "tables": TABLE_TITLES,
        "rows": sum(f.rows for f in examination.files if f.table),
        "is_salesforce": any(f.salesforce for f in examination.files),
        "has_history": any(f.table == "opportunity_version" for f in examination.files),
    }


def unanswered(examination: Examination, answers: Answers) -> bool:
    """Whether something is still open without which nothing can be read."""
    return any(not answers.choices.get(q.id) for q in examination.must_answer)


def _shown(place: int, file: SourceFile, further: Further) -> dict[str, Any]:
    asked = {c.name for c in file.columns if c.note == "Needs you"}
    return {
        "place": place,
        "file": file,
        "matched": sum(1 for c in file.columns if c.target),
        "needs_you": bool(asked),
        "targets": [] if file.is_fixed or not file.table else _targets(file.table),
        "columns": [
            {
                "name": c.name,
                "samples": ", ".join(c.samples[:3]),
                "target": c.target.partition(".")[2],
                "further": further(file.table, c) if file.table and not file.is_fixed else [],
                "confidence": round(c.confidence * 100),
                "reads_as": _words(c.reads_as) if c.target else "",
                "note": c.note,
                "asks": c.name in asked,
            }
            for c in file.columns
        ],
    }


def _targets(table: str) -> list[tuple[str, str]]:
    """Our columns of a table with their words, for the choice."""
    found = []
    for name in targets_of(table):
        usual = name.removesuffix("_minor").removesuffix("_id") or name
        words = usual if name in COLUMN_WORDS[table] else name
        found.append((name, words.replace("_", " ").capitalize()))
    return found


def _words(reads_as: str) -> str:
    kind, _, style = reads_as.partition(":")
    words = {
        "text": "Text",
        "number": "Number",
        "date": "Day",
        "instant": "Day and time",
        "yes_no": "Yes or no",
        "percent": "Percent",
        "currency": "Currency",
    }
    styles = {
        "day-first": "day first",
        "month-first": "month first",
        "year-first": "year first",
        "point": "point for decimals",
        "comma": "comma for decimals",
        "named": "month by name",
        "excel": "Excel's day numbers",
    }
    said = words.get(kind, "Text")
    return f"{said}, {styles[style]}" if style in styles else said


def said_in(request: HttpRequest, examination: Examination, answers: Answers) -> Answers:
    """What the form says beyond what was guessed."""
    files = dict(answers.files)
    for place, file in enumerate(examination.files):
        if file.is_fixed:
            continue
        table = request.POST.get(f"table-{place}")
        if table is None:
            continue
        former = files.get(file.signature, FileAnswer())
        targets = dict(former.targets)
        if table != (file.table or ""):
            files[file.signature] = FileAnswer(table=table)
            continue
        for number, column in enumerate(file.columns):
            chosen = request.POST.get(f"column-{place}-{number}")
            if chosen is None or not file.table:
                continue
            target = f"{file.table}.{chosen}" if chosen else ""
            if target != column.target:
                targets[column.name] = target
        if targets:
            files[file.signature] = FileAnswer(table=former.table or file.table, targets=targets)
    choices = {
        q.id: request.POST[f"question-{place}"]
        for place, q in enumerate(examination.questions)
        if request.POST.get(f"question-{place}") in {c.value for c in q.choices}
    }
    return Answers(files=files, choices={**answers.choices, **choices})
