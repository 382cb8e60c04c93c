"""The lists of an office: what a row says is edited in the row, by who may, and taken back in the same place."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from salesops.actions.create_record import may_create
from salesops.actions.merge_records import MERGEABLE
from salesops.book.listing import Ask, rows_of
from salesops.engines.literals import literal
from salesops.foundations.whole_number import whole_number
from salesops.records.change import Change
from salesops.records.reach import reach
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.web.books import whole_book
from salesops.web.export import is_export
from salesops.web.pages.clean_data.worklist import told_of
from salesops.web.pages.keeping.facts import title_of
from salesops.web.pages.keeping.history import done_in_words, history
from salesops.web.pages.keeping.record_page import Attempt, actor_of, edited, reading
from salesops.web.pages.records.lists import (
    context_of,
    exported,
    look,
    shown_columns,
)
from salesops.web.pages.working.kinds import (
    ACCOUNTS,
    OPPORTUNITIES,
    Worked,
    mended,
    with_own_fields,
)
from salesops.web.pages.working.rows import Opened, lines
from salesops.web.pages.working.views import SAID, views_context

# What an address says of this one moment, and not of the list.
OF_THE_MOMENT = ("edit", "fact", "done", "at")
ROW = "X-Row"  # a header: only the row is asked for, and what is said of it


def opportunities(request: HttpRequest) -> HttpResponseBase:
    """Every deal, open ones first."""
    return working_list(request, OPPORTUNITIES)


def accounts(request: HttpRequest) -> HttpResponseBase:
    """Every account, the largest customers first."""
    return working_list(request, ACCOUNTS)


def working_list(request: HttpRequest, kind: Worked) -> HttpResponseBase:
    """The list the address asks for, with what comes of a form in one of its rows."""
    kind = with_own_fields(kind)
    if is_export(request):
        return exported(request, kind.listing, kind.title)
    moment = {name: request.GET.get(name, "") for name in OF_THE_MOMENT}
    request.GET = request.GET.copy()  # type: ignore[assignment]
    for name in OF_THE_MOMENT:
        request.GET.pop(name, None)  # type: ignore[misc]
    if request.method == "POST":
        return _saved(request, kind)
    opened = Opened(moment["edit"], Attempt(moment["fact"]))
    done = said_done(actor_of(request), kind, moment["done"], moment["at"]) or said_once(request)
    return shown(request, kind, opened, done, moment["edit"] or moment["at"])


def shown(
    request: HttpRequest,
    kind: Worked,
    opened: Opened,
    done: Mapping[str, Any] | None,
    key: str,
    status: int = 200,
) -> HttpResponse:
    """The whole list, or where only a row is asked for, that row."""
    actor = actor_of(request)
    context: dict[str, Any] = {
        "here": request.GET.urlencode(),
        "attempt": opened.attempt,
        "done": done,
        "zone": reading()[1],
        "kind": kind,
    }
    if request.headers.get(ROW):
        book, columns = whole_book(), shown_columns(request, kind.listing)
        asked = Ask(extra=f"x.id = {literal(key)}", size=1)
        # Also where it has just been mended, so that one sees it was.
        listing = dataclasses.replace(kind.listing, only="")
        rows = rows_of(book.engine, listing, asked).dicts()
        context |= {
            "address": kind.place,
            "lines": lines(actor, kind, book, columns, rows, opened),
            "may_pick": may_work(actor),
            "wide": {}
            if request.GET.getlist("column")
            else {c.name: " wide" for c in columns if not c.narrow},
        }
        return render(request, "working/_answer.html", context, status=status)
    found = look(request, kind.listing)
    context |= context_of(request, found, kind.title, kind.place)
    context["lines"] = lines(actor, kind, found.book, found.shown, found.records, opened)
    context["may_pick"] = may_work(actor)
    context["mergeable"] = MERGEABLE
    context["at_once"] = [(c, title_of(kind.noun, c)) for c in kind.at_once]
    if kind.check is not None:
        mends = mended(kind.check)
        context |= told_of(kind.check)
        context["mends_at_once"] = mends if mends in kind.at_once else ""
        return render(request, "clean_data/mending.html", context, status=status)
    context |= views_context(request, actor, kind, found.book)
    if kind.name != "opportunity" and may_create(actor, kind.noun):
        is_activity = kind.name == "activity"
        context["new_place"] = (
            reverse("new_activity") if is_activity else reverse("new_record", args=[kind.name])
        )
    return render(request, "working/list.html", context, status=status)


def _saved(request: HttpRequest, kind: Worked) -> HttpResponse:
    """What comes of a form in a row: the row as it is then, or with what is to be decided."""
    actor, form = actor_of(request), request.POST.dict()
    key = form.get("key", "")
    if not visible_to(actor, kind.noun).filter(pk=key).exists():
        raise Http404
    outcome = edited(actor, kind.noun, key, form)
    if outcome.attempt is not None:
        return shown(request, kind, Opened(key, outcome.attempt), None, key, outcome.status)
    change = outcome.change.pk if outcome.change else 0
    if request.headers.get(ROW):
        return shown(request, kind, Opened(), said_done(actor, kind, str(change), key), key)
    return HttpResponseRedirect(back_to(request, kind, change, key))


def back_to(request: HttpRequest, kind: Worked, change: int, key: str) -> str:
    """The list as it was, with what was just done."""
    query = request.GET.copy()
    if change:
        query["done"], query["at"] = str(change), key
    return f"{kind.address}?{query.urlencode()}" if query else kind.address


def said_once(request: HttpRequest) -> Mapping[str, Any] | None:
    """What was just done to many rows, told on the first page after it."""
    told = request.session.pop(SAID, None)
    return {"said": told["said"], "undoes": told["change"], "key": ""} if told else None


def may_work(actor: User) -> bool:
    """Whether some rows of a list can be theirs to change; an analyst only looks."""
    scope = reach(actor)
    return scope.is_known and (scope.edits_all or not scope.is_all)


def said_done(actor: User, kind: Worked, change: str, key: str) -> Mapping[str, Any] | None:
    """What this person has just done to a record, and the way to take it back where it still stands."""
    made = Change.objects.filter(pk=whole_number(change) or 0, actor=actor).first()
    if made is None or not key:
        return None
    record = visible_to(actor, kind.noun).filter(pk=key).first()
    if record is None:
        # Its name was theirs to see a moment ago; what it is called now may not be.
        return {"said": "Saved. It is no longer among what you may see.", "key": key}
    told = history(actor, record, reading()[0], may_edit=True)
    latest = told[0] if told else None
    if latest is None or latest.change is None or latest.change.pk != made.pk:
        return None
    before = "" if str(record) == record.pk else f"{record}: "
    return {"said": before + done_in_words(latest), "undoes": latest.undoes, "key": key}
