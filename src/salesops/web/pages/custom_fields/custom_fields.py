"""The fields a company added to its records: defined, named, ordered and retired by who may, with what they are used by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render

from salesops.actions.define_field import (
    define_field,
    edit_field,
    kinds_for,
    may_define,
    move_field,
    refuse_who_may_not,
)
from salesops.actions.edit_record import Unfit, version_now
from salesops.book.custom import HAVE_FIELDS, Kind
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.records.change import reason_of
from salesops.records.custom_field import ASKED, NEEDED, CustomField, defined
from salesops.records.models import NOUNS
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.web.books import manifest, whole_book
from salesops.web.pages.keeping.arranged import (
    change_of,
    done_of,
    place_of,
    seen_of,
    told_of,
    undone,
)
from salesops.web.pages.keeping.record_page import actor_of, reading
from salesops.web.words import counted, several

PLACE = "/custom-fields"
MOST_TOLD = 30
KINDS: Mapping[str, tuple[str, str]] = {
    Kind.TEXT: ("Text", "any words"),
    Kind.NUMBER: ("Number", "exact, such as 12.5"),
    Kind.MONEY: ("Money", "in the currency of the record"),
    Kind.DATE: ("Date", "a day"),
    Kind.CHOICE: ("Choice", "one of a list you write"),
    Kind.PERSON: ("Person", "somebody of the organisation"),
}

# What who makes a record is asked for.
IN_NEW_RECORDS = (
    ("", "Not asked"),
    (ASKED, "Asked"),
    (NEEDED, "Asked and needed"),
)


def custom_fields(request: HttpRequest) -> HttpResponse:
    """The fields of each kind of record, or what comes of a form on them."""
    actor = actor_of(request)
    if request.method != "POST":
        return _shown(request, actor)
    refuse_who_may_not(actor)
    form = request.POST.dict()
    try:
        number, key = _do(actor, form)
    except Refusal as refusal:
        column = refusal.column if isinstance(refusal, Unfit) else ""
        return _shown(request, actor, problem=str(refusal), column=column, typed=form, status=422)
    return HttpResponseRedirect(f"{PLACE}?done={number}#f-{key}")


def _do(actor: User, form: Mapping[str, str]) -> tuple[int, str]:
    """Do what a form asks; the number of the change, 0 where it was so already, and the field."""
    key = form.get("key", "")
    match form.get("do"):
        case "add":
            made = define_field(
                actor,
                form.get("noun", ""),
                form.get("label", ""),
                form.get("kind", ""),
                system_clock,
                choices=form.get("choices", ""),
                help=form.get("help", ""),
                asked=form.get("asked", ""),
            )
            state = CustomField.versions.objects.get(record_id=made.pk)
            return int(state.opened_by or 0), made.pk
        case "edit":
            seen = seen_of(form)
            field = get_object_or_404(CustomField, pk=key, deleted_at=None)
            values = _values(form, field)
            if not values:
                return 0, key
            reason = reason_of(form.get("reason", ""))
            change = edit_field(actor, key, values, system_clock, seen=seen, reason=reason)
            return int(change.pk), key
        case "move":
            return int(move_field(actor, key, place_of(form), system_clock).pk), key
        case "undo":
            return undone(actor, change_of(form)), key
    raise Refusal("Choose what is to be done.")


def _values(form: Mapping[str, str], field: CustomField) -> dict[str, Any]:
    """What a form says of a field where that is another than it was."""
    given: dict[str, Any] = {
        "label": form.get("label", "").strip(),
        "help": form.get("help", "").strip() or None,
        "is_active": "is_active" in form,
        "asked": form.get("asked") or None,
    }
    if field.kind == Kind.CHOICE:
        given["choices"] = "\n".join(form.get("choices", "").split("\r\n")).strip()
    return {c: v for c, v in given.items() if getattr(field, c) != v}


def _shown(
    request: HttpRequest,
    actor: User,
    *,
    problem: str = "",
    column: str = "",
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    fields, may = defined(also_retired=True), may_define(actor)
    opened = request.GET.get("edit", "") if may else ""
    if typed and typed.get("do") == "edit":
        opened = typed.get("key", "")
    told = told_of(actor, fields, may_edit=may)
    context = {
        "nouns": [
            {
                "name": noun,
                "title": several(noun).capitalize(),
                "fields": _lines(actor, noun, [f for f in fields if f.noun == noun], opened),
                "kinds": [(k, *KINDS[k]) for k in kinds_for(noun)],
            }
            for noun in HAVE_FIELDS
        ],
        "may_define": may,
        "in_new_records": IN_NEW_RECORDS,
        "told": told[:MOST_TOLD],
        "done": done_of(request, actor, told, {"arrange_fields": "The fields have another order."}),
        "problem": problem,
        "column": column,
        "typed": typed or {},
        "zone": reading()[1],
    }
    return render(request, "custom_fields/custom_fields.html", context, status=status)


def _lines(actor: User, noun: str, fields: list[CustomField], opened: str) -> list[dict[str, Any]]:
    """The fields of a kind of record, those in use first, with how many records say something of each."""
    filled, all_of_them = _filled(actor, noun, fields)
    ordered = sorted(fields, key=lambda f: not f.is_active)
    return [
        {
            "field": field,
            "kind": KINDS[str(field.kind)][0],
            "condition": _condition(field),
            "used": f"{filled[str(field.key)]:,} of {counted(noun, all_of_them)}",
            "is_open": field.pk == opened,
            "seen": version_now(field) if field.pk == opened else 0,
            "place": place if field.is_active else 0,
            "is_last": place == sum(bool(f.is_active) for f in fields),
        }
        for place, field in enumerate(ordered, 1)
    ]


def _condition(field: CustomField) -> str:
    """How conditions on deals name the field; nothing for what they cannot ask for."""
    if field.noun == "opportunity":
        return field.in_book.short + (".name" if field.kind == Kind.PERSON else "")
    return f"account.{field.in_book.name.removesuffix('_minor')}" if field.noun == "account" else ""


def _filled(actor: User, noun: str, fields: list[CustomField]) -> tuple[dict[str, int], int]:
    """How many of the records that the reader may see say something of each field, and how many these are."""
    if not fields:
        return {}, 0
    told, all_of_them = _filled_in_book(noun)
    keys = [str(f.key) for f in fields if str(f.key) not in told]
    if not keys:
        return told, all_of_them
    counts = {f"n{i}": Count("pk", filter=Q(custom__has_key=k)) for i, k in enumerate(keys)}
    found = visible_to(actor, NOUNS[noun]).aggregate(n=Count("pk"), **counts)
    return told | {key: found[f"n{i}"] for i, key in enumerate(keys)}, found["n"]


def _filled_in_book(noun: str) -> tuple[dict[str, int], int]:
    """The same of the fields the book knows, which counts a million records at once; and how many records it has."""
    known = manifest()
    columns = {c.key: c.name for c in known.custom if c.table == noun} if known else {}
    if not columns:
        return {}, 0
    counted = ", ".join(f'count("{name}")' for name in columns.values())
    found = whole_book().engine.run(f'SELECT count(*), {counted} FROM "{noun}"').rows[0]
    return dict(zip(columns, map(int, found[1:]), strict=True)), int(found[0])
