"""A record's page: it shows what its reader may see, and takes edits of one fact at a time and deletion."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from salesops.actions.delete_record import delete_records
from salesops.actions.edit_record import Clash, Overtaken, Unfit, edit_record, version_now
from salesops.actions.erase_person import is_erased, may_erase
from salesops.actions.note_seen import note_seen
from salesops.actions.unmerge_records import may_take_apart
from salesops.book.settings import load_settings
from salesops.foundations.clock import system_clock
from salesops.foundations.instant import in_zone
from salesops.foundations.problem import Refusal
from salesops.foundations.table import Column, Type
from salesops.foundations.whole_number import whole_number
from salesops.records.change import Change, reason_of
from salesops.records.custom_field import PREFIX, value_of
from salesops.records.duplicate import Merge, merged_into
from salesops.records.field_access import Access, field_access, hidden_fields
from salesops.records.models import NOUNS
from salesops.records.reach import reach
from salesops.records.record import Record
from salesops.records.share import SHAREABLE, Share, still_shared
from salesops.records.somebody import OF_PEOPLE
from salesops.records.user import User
from salesops.records.visibility import editable_by, visible_to
from salesops.web.books import manifest
from salesops.web.looking import is_read
from salesops.web.pages.files.told import with_files
from salesops.web.pages.keeping import facts, references
from salesops.web.pages.keeping.facts import Names, Shown
from salesops.web.pages.keeping.history import Entry, done_in_words, history
from salesops.web.pages.keeping.part import Part
from salesops.web.pages.keeping.references import Ambiguous, Choices
from salesops.web.pages.keeping.typed import moment_to_type, money_to_type, number_to_type

KEPT_AT = {"person": "/organisation/people/"}
More = Callable[[User, Any, str], dict[str, Any]]


class Kind(NamedTuple):
    """What the pages of a noun need: its model, its template and what its page shows beside facts and history.

    `parts` are the rows that belong to it alone, whose history is told with its own, and `rows` what its page shows
    of them.
    """

    noun: type[Record]
    template: str
    more: More
    parts: tuple[Part, ...] = ()
    rows: More | None = None


class Attempt(NamedTuple):
    """What somebody tried to save and what came of it."""

    column: str = ""
    typed: str = ""
    problem: str = ""
    candidates: Choices | None = None
    clash: Clash | None = None
    refusal: str = ""
    reason: str = ""


def page(request: HttpRequest, kind: Kind, key: str) -> HttpResponse:
    """The page of one record, or what comes of a form on it. 404 where it is not there or not to be seen.

    A record that was merged is found where it lives on.
    """
    actor = actor_of(request)
    if not visible_to(actor, kind.noun).filter(pk=key).exists():
        winner = merged_into(kind.noun._meta.db_table, [key]).get(key)
        if winner and visible_to(actor, kind.noun).filter(pk=winner).exists():
            return HttpResponseRedirect(place(kind.noun, winner))
        raise Http404
    if request.method != "POST":
        column = request.GET.get("edit", "")
        if column and not may_edit(actor, kind.noun, key):
            return shown(request, kind, key, Attempt(refusal=_only_read(kind.noun)), 403)
        found = request.GET.get("find", "")
        offered = _candidates(actor, kind.noun, column, found) if found else None
        if not column and is_read(request):
            note_seen(actor, kind.noun, key, system_clock)
        return shown(request, kind, key, Attempt(column, found, candidates=offered), 200)
    if request.POST.get("do") == "delete":
        return _delete(request, actor, kind, key)
    return _edit(request, actor, kind, key)


def _candidates(actor: User, noun: type[Record], column: str, text: str) -> Choices | None:
    asked = facts.column_of(noun, column)
    return (
        references.candidates(actor, asked.refers_to, text) if asked and asked.refers_to else None
    )


def actor_of(request: HttpRequest) -> User:
    """Who is signed in."""
    assert isinstance(request.user, User)
    return request.user


def place(noun: type[Record], key: str) -> str:
    """The address of the page a record is kept on; that of somebody's numbers is another."""
    name = noun._meta.db_table
    return KEPT_AT.get(name, facts.PLACES.get(name, "")) + quote(key, safe="")


def reading() -> tuple[str, str]:
    """The currency new money is in, empty where none is known, and the zone of days."""
    known = load_settings(settings.SALESOPS_BOOK)
    book = manifest()
    return known.currency or (book.currency if book else ""), known.calendar.time_zone


def may_edit(actor: User, noun: type[Record], key: str) -> bool:
    """The actor may change this record."""
    return bool(editable_by(actor, noun).filter(pk=key).exists())


def _only_read(noun: type[Record]) -> str:
    return f"You may look at this {noun._meta.db_table} but not change it. Ask its owner."


def _edit(request: HttpRequest, actor: User, kind: Kind, key: str) -> HttpResponse:
    outcome = edited(actor, kind.noun, key, request.POST.dict())
    if outcome.attempt is not None:
        return shown(request, kind, key, outcome.attempt, outcome.status)
    if outcome.change is None:
        return HttpResponseRedirect(place(kind.noun, key))
    return HttpResponseRedirect(after(actor, kind.noun, key, outcome.change.pk))


class Outcome(NamedTuple):
    """What came of an edit: the change, none where it was so already, or what could not be saved and its status."""

    change: Change | None = None
    attempt: Attempt | None = None
    status: int = 200


def edited(actor: User, noun: type[Record], key: str, form: Mapping[str, str]) -> Outcome:
    """Give a record its actor may see the one fact a form speaks of."""
    name, text = form.get("column", ""), form.get("value", "")
    column = facts.column_of(noun, name)
    if column is None or not (name.startswith(PREFIX) or name in facts.TITLES[noun._meta.db_table]):
        return Outcome(None, Attempt(refusal="There is no such fact to change."), 400)
    seen = whole_number(form.get("seen", ""))
    if seen is None:
        return Outcome(None, Attempt(refusal="This form is too old. Change it again."), 400)
    record, reason = visible_to(actor, noun).get(pk=key), reason_of(form.get("reason", ""))
    tried = Attempt(name, text, reason=reason)
    try:
        values = facts.read(actor, record, column, form, reading()[0])
        if all(value_of(record, c) == v for c, v in values.items()):
            return Outcome()
        return Outcome(
            edit_record(actor, noun, key, values, system_clock, seen=seen, reason=reason)
        )
    except Overtaken as overtaken:
        return Outcome(None, tried._replace(clash=overtaken.clashes[0]), 409)
    except Unfit as unfit:
        offered = unfit.candidates if isinstance(unfit, Ambiguous) else None
        return Outcome(None, tried._replace(problem=str(unfit), candidates=offered), 422)
    except Refusal as refusal:
        status = 400 if may_edit(actor, noun, key) else 403
        return Outcome(None, Attempt(refusal=str(refusal)), status)


def _delete(request: HttpRequest, actor: User, kind: Kind, key: str) -> HttpResponse:
    reason = reason_of(request.POST.get("reason", ""))
    if not reason and may_edit(actor, kind.noun, key):
        return shown(request, kind, key, Attempt("delete", problem="Say why it is deleted."), 422)
    try:
        change = delete_records(actor, kind.noun, [key], system_clock, reason=reason)
    except Refusal as refusal:
        return shown(request, kind, key, Attempt(refusal=str(refusal)), 403)
    return HttpResponseRedirect(after(actor, kind.noun, key, change.pk))


def after(actor: User, noun: type[Record], key: str, change: int) -> str:
    """Where to go once a record was changed: its page, or what is left to say where it is seen no more."""
    if visible_to(actor, noun).filter(pk=key).exists():
        return f"{place(noun, key)}?done={change}"
    return f"{reverse(f'gone_{noun._meta.db_table}', args=[key])}?done={change}"


def after_making(actor: User, made: Record) -> str:
    """The same once a record was made."""
    change = type(made).versions.objects.get(record_id=made.pk).opened_by
    return after(actor, type(made), made.pk, change or 0)


def shown(
    request: HttpRequest, kind: Kind, key: str, attempt: Attempt, status: int
) -> HttpResponse:
    """The page of a record as it is now."""
    actor, currency = actor_of(request), reading()[0]
    # The version is asked for before the record, so that an edit in between is noticed rather than lost.
    seen = version_now(kind.noun(id=key))
    record = visible_to(actor, kind.noun).filter(pk=key).first()
    if record is None:
        raise Http404
    editable = may_edit(actor, kind.noun, key)
    told = with_files(
        history(actor, record, currency, may_edit=editable, parts=kind.parts),
        kind.noun._meta.db_table,
        key,
        may_edit=editable,
    )
    names = facts.names_of(actor, kind.noun, [record])
    return render(
        request,
        kind.template,
        {
            "record": record,
            "noun": kind.noun._meta.db_table,
            "place": place(kind.noun, key),
            "undo": reverse(f"undo_{kind.noun._meta.db_table}", args=[key]),
            "seen": seen,
            "facts": _facts(actor, record, names, attempt, editable),
            "history": told,
            "done": _done(request, actor, told),
            "may_edit": editable,
            "attempt": attempt,
            "zone": reading()[1],
            "merged": merged_here(actor, kind.noun, key),
            "erase": _erasing(actor, kind.noun, key),
            "share": _sharing(actor, kind.noun, key),
            **kind.more(actor, record, currency),
            **(kind.rows(actor, record, currency) if kind.rows else {}),
        },
        status=status,
    )


def _sharing(actor: User, noun: type[Record], key: str) -> tuple[str, int]:
    """Where the record is shared by who may, and with how many it is; nowhere for others."""
    name = noun._meta.db_table
    if name not in SHAREABLE or not may_edit(actor, noun, key):
        return "", 0
    shares = Share.objects.filter(still_shared(system_clock()), noun=name, record_id=key)
    return reverse("share", args=[name, key]), shares.count()


def _erasing(actor: User, noun: type[Record], key: str) -> str:
    """Where the person this record is of can be erased by who may; empty for others."""
    name = noun._meta.db_table
    if name not in OF_PEOPLE or not may_erase(actor) or is_erased(name, key):
        return ""
    return f"{reverse('erase')}?{urlencode({'of': f'{name}/{key}'})}"


def merged_here(actor: User, noun: type[Record], key: str) -> list[Merge]:
    """What was merged into the record: `was` is the record that it was, `may` whether the actor can take it apart."""
    merges = list(
        Merge.objects.filter(noun=noun._meta.db_table, winner=key, ended_by=None)
        .select_related("change__actor")
        .order_by("-pk")
    )
    were = noun.objects.in_bulk([m.loser for m in merges])
    theirs = may_take_apart(actor, noun, merges)
    for merge in merges:
        merge.was, merge.may = str(were.get(merge.loser, merge.loser)), merge.change_id in theirs
    return merges


def _done(request: HttpRequest, actor: User, told: list[Entry]) -> Mapping[str, Any] | None:
    """What this person has just done, where it still stands as the latest."""
    latest = told[0] if told else None
    if latest is None or latest.change is None or latest.change.actor_id != actor.pk:
        return None
    if request.GET.get("done") != str(latest.change.pk):
        return None
    return {"said": done_in_words(latest), "undoes": latest.undoes}


def _facts(
    actor: User, record: Record, names: Names, attempt: Attempt, editable: bool
) -> list[Shown]:
    scope, hidden = reach(actor), hidden_fields(reach(actor), record)
    currency = getattr(record, "currency", None) or reading()[0]
    listed = []
    for column, title, is_used in _shown_columns(record):
        name = column.name
        if name in hidden:
            continue
        value = value_of(record, name)
        fact = Shown(
            column=name,
            title=title,
            said=facts.in_words(column, value, currency, names),
            may_edit=editable and is_used and field_access(scope, record, name) is Access.WRITE,
        )
        fact.place = facts.place_of(column, value, names)
        if name == attempt.column and fact.may_edit:
            open_fact(actor, record, fact, attempt, currency)
        listed.append(fact)
    return listed


def _shown_columns(record: Record) -> Iterator[tuple[Column, str, bool]]:
    """The columns of a page with their titles, and whether they take other values: a field that is no longer in use
    is shown where something stands in it."""
    for name, title in facts.TITLES[record._meta.db_table].items():
        column = facts.column_of(type(record), name)
        if column is not None:
            yield column, title, True
    for field in facts.own_fields(type(record)):
        if field.is_active or value_of(record, field.name) is not None:
            yield field.column, str(field), bool(field.is_active)


def open_fact(actor: User, record: Record, fact: Shown, attempt: Attempt, currency: str) -> None:
    """Make a fact the form it is edited with, holding what was typed where that could not be saved."""
    column = facts.column_of(type(record), fact.column)
    assert column is not None
    value = value_of(record, fact.column)
    fact.is_open, fact.control, fact.problem = True, facts.control_of(column), attempt.problem
    fact.choices = attempt.candidates or []
    match fact.control:
        case "choice":
            fact.choices = facts.choices(actor, record, column)
            fact.typed = "" if value is None else str(value)
            fact.control = "choice" if fact.choices else "text"
        case "money":
            fact.typed = money_to_type(value, currency)
            fact.hint = f"In {currency}, such as 3.2m or 450k." if currency else "Such as USD 450k."
        case "search":
            fact.typed = fact.said
        case "moment":
            fact.typed = "" if value is None else moment_to_type(value, reading()[1])
        case _ if isinstance(value, Decimal):
            is_share = column.type is Type.SHARE
            fact.typed = number_to_type(value * 100 if is_share else value)
        case _:
            fact.typed = "" if value is None else str(value)
    if column.type is Type.SHARE:
        fact.hint = "In per cent."
    if fact.column.startswith(PREFIX) and not fact.hint:
        fact.hint = facts.help_of(type(record), fact.column)
    if attempt.problem or attempt.clash or attempt.typed:
        fact.typed = attempt.typed
    if attempt.clash is None:
        return
    if fact.control == "search" and attempt.clash.wanted:
        fact.chosen = str(attempt.clash.wanted)
        fact.typed = str(visible_to(actor, NOUNS[column.refers_to]).get(pk=fact.chosen))
    fact.clash = _clash(attempt.clash, fact)


def _clash(clash: Clash, fact: Shown) -> Mapping[str, Any]:
    """What stands now and what was to be saved, side by side."""
    return {
        "by": clash.by,
        "at": in_zone(clash.at, reading()[1]),
        "theirs": fact.said or "nothing",
        "mine": dict(fact.choices).get(fact.typed, fact.typed) or "nothing",
    }
