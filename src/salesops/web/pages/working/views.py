"""Saved views of a list: tabs with their counts above it, and a menu to keep, change and delete them.

The address stays the truth: a view only says which address, and what of it was changed since.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.views.decorators.http import require_POST

from salesops.actions.edit_record import Unfit
from salesops.actions.save_view import (
    change_view,
    may_change_view,
    may_choose_team,
    may_share_views,
    save_view,
    take_view_away,
    views_of,
)
from salesops.book.book import Book
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.foundations.whole_number import whole_number
from salesops.records.organisation import teams_now
from salesops.records.saved_view import SavedView
from salesops.records.user import User
from salesops.web.pages.keeping.record_page import actor_of
from salesops.web.pages.records.lists import ask_of, counted
from salesops.web.pages.working.kinds import WORKED, Worked

SAID = "said_in_list"  # in the session: what was just done, told on the next page of the list
VIEW = "view"  # in an address: which view one began with
MOST_TABS = 12
TEAM = "team:"  # in a form: a view for those of the team named after it


@dataclass(frozen=True)
class Tab:
    """One view as the list shows it; `count` is how many rows it leaves of those its reader sees."""

    view: SavedView
    address: str
    count: int | None
    is_here: bool
    is_mine: bool


def query_of(kind: Worked, asked: QueryDict) -> str:
    """What of an address makes a view: search, condition, filters, columns and order, each once, in one order."""
    names = sorted({"q", "where", "sort", "column", *kind.listing.facets})
    kept = QueryDict(mutable=True)
    for name in names:
        values = [v.strip() for v in asked.getlist(name) if v.strip()]
        kept.setlist(name, values if name == "column" else values[-1:])
    return kept.urlencode()


def views_context(request: HttpRequest, actor: User, kind: Worked, book: Book) -> dict[str, Any]:
    """The tabs and the menu of views, as the address stands to them."""
    now = query_of(kind, request.GET)
    views = list(views_of(actor, kind.name))
    asked = request.GET.get(VIEW, "")
    begun = next((v for v in views if str(v.pk) == asked), None)
    begun = begun or next((v for v in views if v.query == now and now), None)
    pinned = [v for v in views if v.is_pinned][:MOST_TABS]
    return {
        "tabs": [_tab(actor, kind, book, v, begun) for v in pinned],
        "more_views": [_tab(actor, kind, None, v, begun) for v in views if v not in pinned],
        "begun": begun,
        "view_query": now,
        "is_changed": begun is not None and begun.query != now,
        "may_change_view": begun is not None and may_change_view(actor, begun),
        "may_share_views": may_share_views(actor),
        "teams": teams_now() if may_choose_team(actor) else None,
        "begun_for": _for(begun) if begun is not None else "",
        "is_all": begun is None and not now,
    }


def _tab(
    actor: User, kind: Worked, book: Book | None, view: SavedView, begun: SavedView | None
) -> Tab:
    return Tab(
        view,
        place(kind, view),
        count(kind, book, view.query) if book else None,
        begun is not None and view.pk == begun.pk,
        view.owner_id == actor.pk,
    )


def place(kind: Worked, view: SavedView) -> str:
    """The address of a view."""
    return f"{kind.address}?{view.query}{'&' if view.query else ''}{VIEW}={view.pk}"


def count(kind: Worked, book: Book, query: str) -> int | None:
    """How many rows a view leaves; None where its condition can no longer be asked."""
    address = HttpRequest()
    address.GET = QueryDict(query)
    try:
        return counted(book, kind.listing, ask_of(address, kind.listing, book))[0]
    except Refusal:
        return None


@require_POST
def views(request: HttpRequest, name: str) -> HttpResponse:
    """Keep the list as it is under a name, change a view of one's own, or delete it."""
    if name not in WORKED:
        raise Http404
    kind, actor, form = WORKED[name], actor_of(request), request.POST
    query = query_of(kind, QueryDict(form.get("query", "")))
    do, titled = form.get("do"), form.get("name", "")
    try:
        if do == "save":
            made = save_view(
                actor, kind.name, titled, query, system_clock,
                is_pinned="pinned" in form, **_whose(form),
            )  # fmt: skip
            return _said(request, place(kind, made), f"Saved as “{made}”.")
        view = views_of(actor, kind.name).filter(pk=_number(form.get(VIEW, ""))).first()
        if view is None:
            raise Http404
        if do == "update":
            change_view(actor, view, system_clock, query=query)
            return _said(request, place(kind, view), f"“{view}” is now as the list is.")
        if do == "change":
            change_view(
                actor, view, system_clock, name=titled, is_pinned="pinned" in form, **_whose(form)
            )  # fmt: skip
            back = f"{kind.address}?{query}{'&' if query else ''}{VIEW}={view.pk}"
            return _said(request, back, f"“{view}” is kept.")
        if do == "delete":
            take_view_away(actor, view, system_clock)
            return _said(request, f"{kind.address}?{query}", f"“{view}” is deleted.")
    except Unfit as unfit:
        raise Refusal(str(unfit)) from unfit
    raise Http404


def _for(view: SavedView) -> str:
    """Whom a view is for, as the form says it; empty for who made it alone."""
    return TEAM + view.team if view.team else "everybody" if view.is_shared else ""


def _whose(form: Mapping[str, str]) -> dict[str, Any]:
    """Whom a form makes the view for."""
    said = form.get("shared", "")
    return {
        "is_shared": bool(said),
        "team": said.removeprefix(TEAM) if said.startswith(TEAM) else "",
    }


def _said(request: HttpRequest, address: str, words: str) -> HttpResponse:
    request.session[SAID] = {"change": 0, "said": words}
    return HttpResponseRedirect(address)


def _number(text: str) -> int:
    return whole_number(text) or 0
