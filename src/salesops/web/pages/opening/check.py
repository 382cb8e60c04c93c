"""The third step: what is wrong with the data and what it does to the totals, before anything is changed."""

from __future__ import annotations

import shutil

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from salesops.jobs.opening import load_checked, remember
from salesops.jobs.warming import publish_warm
from salesops.web.pages.data.problems import asking, every_problem, refused_files
from salesops.web.pages.data.refused import refused_csv
from salesops.web.pages.opening.session import answers_of, folder_of
from salesops.web.words import counted


def check(request: HttpRequest, session: str) -> HttpResponse:
    """Counts, examples, totals; on POST the book is published, in one step."""
    folder = folder_of(session)
    checked = load_checked(folder)
    if request.method == "POST":
        remember(settings.SALESOPS_BOOK, answers_of(session))
        publish_warm(settings.SALESOPS_BOOK, checked)
        shutil.rmtree(folder, ignore_errors=True)
        return redirect("found")
    with asking(checked.base) as engine:
        problems = every_problem(engine)
        totals = engine.run(
            "SELECT outcome, count(*), sum(value_minor), count(*) FILTER (value_minor IS NULL) "
            "FROM opportunity GROUP BY 1 ORDER BY 2 DESC"
        ).rows
        refused = refused_files(engine)
    return render(
        request,
        "opening/check.html",
        {
            "session": session,
            "problems": problems,
            "totals": totals,
            "refused": refused,
            "currency": checked.manifest.currency,
            "tables": [
                counted(name, rows)
                for name, rows in checked.manifest.rows.items()
                if rows and name not in ("opportunity", "pipeline_stage")
            ],
        },
    )


def refused_rows(request: HttpRequest, session: str, place: int) -> HttpResponseBase:  # noqa: ARG001
    """The refused rows before the book is published."""
    with asking(load_checked(folder_of(session)).base) as engine:
        return refused_csv(engine, place)
