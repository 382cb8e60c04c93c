"""The records a check finds in a book: a list to read, narrow, sort and take along."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render

from salesops.data_quality import CHECKS, Check, worklist
from salesops.web.books import what_is_wrong, whole_book
from salesops.web.export import is_export
from salesops.web.pages.clean_data.clean_data import SEVERITIES
from salesops.web.pages.records.lists import context_of, exported, look

PLACES = {"opportunity": "/opportunities/", "account": "/accounts/", "person": "/people/"}


def records_of(request: HttpRequest, check: str) -> HttpResponseBase:
    """The list of what is wrong, or with `export` all its rows."""
    asked = check_of(check)
    why = what_is_wrong().report.of(asked.name).why
    if why:
        return render(request, "clean_data/unanswered.html", {"check": asked, "why": why})
    listing = worklist(asked, whole_book())
    if is_export(request):
        return exported(request, listing, asked.title)
    found = look(request, listing)
    context = context_of(request, found, asked.title, PLACES[asked.table]) | told_of(asked)
    context["lines"] = [
        {"key": record["_id"], "cells": [(c, record[c.name]) for c in found.shown]}
        for record in found.records
    ]
    return render(request, "clean_data/worklist.html", context)


def check_of(name: str) -> Check:
    """The check of that name; 404 where there is none."""
    if name not in CHECKS:
        raise Http404
    return CHECKS[name]


def told_of(check: Check) -> dict[str, Any]:
    """What the page of a check says beside its rows."""
    tone, weight = SEVERITIES[check.severity]
    return {"check": check, "tone": tone, "weight": weight, "new_opportunity": ""}
