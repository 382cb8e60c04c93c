"""Rows that belong to a record, on its page: one is opened where it stands, saved, taken away or added."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect

from salesops.actions.create_record import create_record, may_create
from salesops.actions.delete_record import delete_records
from salesops.actions.edit_record import Clash, Overtaken, Unfit, edit_record, version_now
from salesops.foundations.clock import system_clock
from salesops.foundations.instant import in_zone
from salesops.foundations.problem import Refusal
from salesops.foundations.table import Type
from salesops.foundations.whole_number import whole_number
from salesops.records.record import Record
from salesops.records.user import User
from salesops.records.visibility import editable_by, visible_to
from salesops.tables import TABLES
from salesops.web.pages.keeping import facts, fields, record_page, references
from salesops.web.pages.keeping.part import Part
from salesops.web.pages.keeping.record_page import Attempt, Kind, actor_of, after, place, reading

TOO_OLD = "This form is too old. Change it again."
CHANGED = "Somebody changed this row while you had it open. It is shown as it is now."
NUMBERS = (Type.MONEY, Type.DECIMAL, Type.COUNT, Type.SHARE)


class Opened(NamedTuple):
    """The row that is open, a new one where `row` is empty, with what was typed and what came of it."""

    part: str = ""
    row: str = ""
    given: Mapping[str, str] | None = None
    unfit: Unfit | None = None
    clashes: tuple[Clash, ...] = ()


CLOSED = Opened()


def page(request: HttpRequest, kind: Kind, key: str) -> HttpResponse:
    """The page of a record, one of its rows open where the address says so, or what comes of a row's form."""
    form = (request.POST if request.method == "POST" else request.GET).dict()
    part = next((p for p in kind.parts if p.name == form.get("part")), None)
    if part is None:
        return record_page.page(request, kind, key)
    actor, row = actor_of(request), form.get("row", "")
    record = visible_to(actor, kind.noun).filter(pk=key).first()
    if record is None or (row and not _rows(actor, part, key).filter(pk=row).exists()):
        raise Http404
    if not (_may_change(actor, part, row) if row else may_add(actor, part, record)):
        words = f"You may look at the {part.title.lower()} here but not change them. Ask sales operations."
        return _shown(request, kind, key, CLOSED, 403, words)
    if request.method != "POST":
        return _shown(request, kind, key, Opened(part.name, row, unfit=_sought(actor, part, form)))
    if form.get("do") == "remove" and row:
        return _removed(request, kind, part, key, row, form)
    return _saved(request, kind, part, record, row, form)


def may_add(actor: User, part: Part, record: Record) -> bool:
    """The actor may give the record another row."""
    theirs = editable_by(actor, type(record)).filter(pk=record.pk).exists()
    return bool(theirs and may_create(actor, part.noun))


def rows_of(
    actor: User, part: Part, record: Record, currency: str, opened: Opened = CLOSED
) -> dict[str, Any]:
    """What a record's page shows of its rows of one noun."""
    # Each version is asked for before the row, so that an edit in between is noticed rather than lost.
    seen = version_now(part.noun(id=opened.row)) if opened.part == part.name and opened.row else 0
    rows = list(_rows(actor, part, record.pk).order_by(*part.order, "pk"))
    names = facts.names_of(actor, part.noun, rows)
    editable = _editable(actor, part, rows)
    made = []
    for row in rows:
        own = getattr(row, "currency", None) or currency
        is_open = opened.part == part.name and opened.row == row.pk and row.pk in editable
        made.append(
            {
                "row": row,
                "name": facts.in_words(
                    facts.column_of(part.noun, part.named_by),
                    getattr(row, part.named_by),
                    own,
                    names,
                ),
                "cells": [_cell(part, row, name, own, names) for name in part.shown],
                "may_edit": row.pk in editable,
                "fields": _fields(actor, part, row, own, opened) if is_open else None,
            }
        )
    adds = may_add(actor, part, record)
    is_new = adds and opened.part == part.name and not opened.row
    return {
        "part": part,
        "columns": [(facts.title_of(part.noun, name), _style(part, name)) for name in part.shown],
        "rows": made,
        "may_edit": bool(editable),
        "may_add": adds,
        "fields": _fields(actor, part, _blank(part, record), currency, opened) if is_new else None,
        "seen": seen,
        "clashes": [_clash(part, c, currency, names) for c in opened.clashes],
    }


def _editable(actor: User, part: Part, rows: list[Any]) -> set[str]:
    """The keys of the rows that the actor may change."""
    if not rows:
        return set()
    theirs = editable_by(actor, part.noun).filter(pk__in=[r.pk for r in rows])
    return set(theirs.values_list("pk", flat=True))


def _cell(
    part: Part, row: Any, name: str, currency: str, names: facts.Names
) -> tuple[str, str, str]:
    """What a row says of a column, its classes, and where it leads."""
    column, value = facts.column_of(part.noun, name), getattr(row, name)
    said = facts.in_words(column, value, currency, names)
    return said, _style(part, name), facts.place_of(column, value, names) if column else ""


def _style(part: Part, name: str) -> str:
    """The classes of a column."""
    column = facts.column_of(part.noun, name)
    number = "n" if column is not None and column.type in NUMBERS else ""
    return f"{number} wide" if name in part.wide else number


def _fields(actor: User, part: Part, row: Any, currency: str, opened: Opened) -> list[facts.Shown]:
    return fields.opened(actor, row, part.typed, currency, opened.given, opened.unfit)


def _clash(part: Part, clash: Clash, currency: str, names: facts.Names) -> dict[str, Any]:
    column = facts.column_of(part.noun, clash.column)

    def words(value: Any) -> str:
        return facts.in_words(column, value, currency, names) or "nothing"

    return {
        "title": facts.title_of(part.noun, clash.column),
        "by": clash.by,
        "at": in_zone(clash.at, reading()[1]),
        "theirs": words(clash.now),
        "mine": words(clash.wanted),
    }


def _rows(actor: User, part: Part, key: str) -> Any:
    return visible_to(actor, part.noun).filter(**{part.of: key})


def _may_change(actor: User, part: Part, row: str) -> bool:
    return bool(editable_by(actor, part.noun).filter(pk=row).exists())


def _blank(part: Part, record: Any) -> Any:
    has_money = "currency" in TABLES[part.name].column
    own = {"currency": record.currency} if has_money and getattr(record, "currency", None) else {}
    return part.noun(**{part.of: record.pk}, **part.begins, **own)


def _sought(actor: User, part: Part, form: Mapping[str, str]) -> Unfit | None:
    """What fits the text that a form looks for, where it does."""
    column = facts.column_of(part.noun, form.get("in", ""))
    if column is None or column.name not in part.typed or not column.refers_to:
        return None
    found = references.candidates(actor, column.refers_to, form.get("find", ""))
    return references.Ambiguous(column.name, "", found)


def _saved(
    request: HttpRequest, kind: Kind, part: Part, record: Any, row: str, form: Mapping[str, str]
) -> HttpResponse:
    actor, currency = actor_of(request), getattr(record, "currency", None) or reading()[0]
    was = _rows(actor, part, record.pk).get(pk=row) if row else _blank(part, record)
    opened = Opened(part.name, row, form)
    try:
        given = fields.values_of(actor, was, part.typed, form, currency)
        values = dict(part.follow(record, was, given))
        if not row:
            made = create_record(actor, part.noun, values | {part.of: record.pk}, system_clock)
            first = part.noun.versions.objects.get(record_id=made.pk)
            return HttpResponseRedirect(after(actor, kind.noun, record.pk, first.opened_by or 0))
        seen = whole_number(form.get("seen", ""))
        if seen is None:
            return _shown(request, kind, record.pk, CLOSED, 400, TOO_OLD)
        changed = {c: v for c, v in values.items() if getattr(was, c) != v}
        if not changed:
            return HttpResponseRedirect(place(kind.noun, record.pk))
        change = edit_record(actor, part.noun, row, changed, system_clock, seen=seen)
        return HttpResponseRedirect(after(actor, kind.noun, record.pk, change.pk))
    except Overtaken as overtaken:
        clashes = _differences(actor, part, record.pk, row, given, overtaken)
        return _shown(request, kind, record.pk, opened._replace(clashes=clashes), 409)
    except Unfit as unfit:
        return _shown(request, kind, record.pk, opened._replace(unfit=unfit), 422)
    except Refusal as refusal:
        return _shown(request, kind, record.pk, CLOSED, 403, str(refusal))


def _differences(
    actor: User, part: Part, key: str, row: str, given: Mapping[str, Any], overtaken: Overtaken
) -> tuple[Clash, ...]:
    """Everything typed that is otherwise now: with one of the fields that make an amount all of them are decided."""
    now, first = _rows(actor, part, key).get(pk=row), overtaken.clashes[0]
    typed = [
        Clash(c, given[c], getattr(now, c), first.by, first.at)
        for c in part.typed
        if getattr(now, c) != given[c]
    ]
    return tuple(typed) or overtaken.clashes


def _removed(
    request: HttpRequest, kind: Kind, part: Part, key: str, row: str, form: Mapping[str, str]
) -> HttpResponse:
    actor = actor_of(request)
    if form.get("seen") != str(version_now(part.noun(id=row))):
        return _shown(request, kind, key, Opened(part.name, row), 409, CHANGED)
    change = delete_records(actor, part.noun, [row], system_clock)
    return HttpResponseRedirect(after(actor, kind.noun, key, change.pk))


def with_rows(kind: Kind, opened: Opened = CLOSED) -> Kind:
    """The same page with its rows, the one that is open with its form."""

    def rows(actor: User, record: Any, currency: str) -> dict[str, Any]:
        own = getattr(record, "currency", None) or currency
        return {"parts": {p.name: rows_of(actor, p, record, own, opened) for p in kind.parts}}

    return kind._replace(rows=rows)


def _shown(
    request: HttpRequest, kind: Kind, key: str, opened: Opened, status: int = 200, refusal: str = ""
) -> HttpResponse:
    tried = Attempt(refusal=refusal)
    return record_page.shown(request, with_rows(kind, opened), key, tried, status)
