"""Merging records: which one stays and whose value of each field stands, then the change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from salesops.actions.merge_records import (
    MOST,
    TOGETHER,
    chosen_first,
    columns_of,
    merge_records,
    proposed,
    what_points_at,
)
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.records.change import reason_of
from salesops.records.record import Record
from salesops.records.user import User
from salesops.records.visibility import editable_by, visible_to
from salesops.web.pages.duplicates import told
from salesops.web.pages.keeping.record_page import actor_of
from salesops.web.words import counted

_FIELD = "of-"
ONLY_LOOKS = "You may compare these, but not merge them. A manager or representative of sales operations can."
# Follow the others, or are not a matter of choice.
_NOT_CHOSEN = {c for group in TOGETHER for c in group[1:]} | {"created_at"}


def merge(request: HttpRequest, name: str) -> HttpResponse:
    """The records of `?key=…&key=…` beside each other, or what comes of merging them."""
    actor, noun = actor_of(request), told.noun_of(name)
    form = request.POST if request.method == "POST" else request.GET
    keys = list(dict.fromkeys(form.getlist("key")))
    if not keys or len(keys) > MOST:
        raise Refusal(f"Choose from two to {MOST} records to merge.")
    found = told.within_reach(actor, noun).in_bulk(keys)
    records = [found[key] for key in keys if key in found]
    if not records:
        raise Http404
    if "winner" not in form and request.method == "POST" and len(records) > 1:
        # Chosen in a list: the records are in the address from here on.
        return HttpResponseRedirect(f"?{urlencode([('key', r.pk) for r in records])}")
    if request.method != "POST" or len(records) < 2:
        problem = "Choose at least two records to merge." if len(records) < 2 else ""
        return _page(request, actor, records, problem=problem, status=400 if problem else 200)
    winner = form.get("winner", "")
    if winner not in found:
        return _page(request, actor, records, problem="Choose which record stays.", status=400)
    choices = {
        c.removeprefix(_FIELD): str(key)
        for c, key in form.items()
        if c.startswith(_FIELD) and key in found
    }
    losers = [r.pk for r in records if r.pk != winner]
    reason = reason_of(form.get("reason", ""))
    try:
        change = merge_records(
            actor, noun, winner, losers, system_clock, choices=choices, reason=reason
        )
    except Refusal as refusal:
        return _page(request, actor, records, problem=str(refusal), status=403)
    query = {"noun": name, "done": change.pk}
    return HttpResponseRedirect(f"{reverse('duplicates')}?{urlencode(query)}")


def _page(
    request: HttpRequest,
    actor: User,
    records: Sequence[Record],
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    noun = type(records[0])
    name = noun._meta.db_table
    form = request.POST
    first = next((r for r in records if r.pk == form.get("winner")), chosen_first(records))
    standing = proposed(first, [r for r in records if r.pk != first.pk])
    chosen = {c: form.get(_FIELD + c) or key for c, key in standing.items()}
    lines = told.side_by_side(actor, records, [c for c in columns_of(noun) if c not in _NOT_CHOSEN])
    choosing = [
        {
            "line": line,
            "field": _FIELD + line.column,
            "cells": [
                (record, value, chosen.get(line.column) == record.pk)
                for record, value in zip(records, line.values, strict=True)
            ],
        }
        for line in lines
        if line.differs and line.column in standing
    ]
    may = editable_by(actor, noun).filter(pk__in=[r.pk for r in records]).count() == len(records)
    context = {
        "name": name,
        "title": told.TITLES[name],
        "records": [(r, told.place_of(r), r.pk == first.pk) for r in records],
        "keys": [r.pk for r in records],
        "choosing": choosing,
        "same": [line for line in lines if not line.differs],
        "moves": [_pointing(actor, r) for r in records],
        "problem": problem or ("" if may else ONLY_LOOKS),
        "may": may,
        "reason": form.get("reason", ""),
        "count": len(records),
    }
    return render(request, "duplicates/merging.html", context, status=status)


def _pointing(actor: User, record: Record) -> str:
    """What points at the record and would move, as far as the reader may see it: 3 opportunities, 2 contacts."""
    found: dict[str, Any] = {}
    for noun, column in what_points_at(type(record)):
        pointing = visible_to(actor, noun).filter(**{column: record.pk}).count()
        if pointing:
            table = noun._meta.db_table
            found[table] = found.get(table, 0) + pointing
    return ", ".join(counted(table, rows) for table, rows in found.items()) or "nothing"
