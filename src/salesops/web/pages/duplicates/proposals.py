"""What looks like one thing, the surest first, each beside the others with the reasons."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from salesops.actions.keep_apart import keep_apart
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.foundations.whole_number import whole_number
from salesops.records.duplicate import DuplicateSearch, KeptApart, LookAlike, Merge
from salesops.records.models import NOUNS
from salesops.records.reach import reach
from salesops.records.user import User
from salesops.records.visibility import editable_by
from salesops.web.pages.duplicates import told
from salesops.web.pages.keeping.record_page import actor_of, reading
from salesops.web.paging import page_of

A_PAGE = 20


def duplicates(request: HttpRequest) -> HttpResponse:
    """The proposals of one noun; `?noun=contact`."""
    return _page(request, request.GET.get("noun", "account"))


def _page(request: HttpRequest, name: str, refusal: str = "", status: int = 200) -> HttpResponse:
    actor, noun = actor_of(request), told.noun_of(name)
    pairs = _pairs(actor, name)
    groups = (
        pairs.values("entity").annotate(strongest=Max("weight")).order_by("-strongest", "entity")
    )
    count = groups.count()
    pages = max(1, -(-count // A_PAGE))
    page = min(page_of(request), pages)
    shown = [g["entity"] for g in groups[(page - 1) * A_PAGE : page * A_PAGE]]
    sees_all = reach(actor).is_all
    search = DuplicateSearch.objects.filter(noun=name).first()
    context = {
        "name": name,
        "noun": noun._meta.db_table,
        "tabs": [(n, title, _groups(actor, n)) for n, title in told.TITLES.items()],
        "title": told.TITLES[name],
        "groups": _told(actor, name, shown, pairs),
        "count": count,
        "page": page,
        "pages": pages,
        "search": search,
        "zone": reading()[1],
        "measured": told.measured(name) if sees_all else None,
        "done": _done(actor, request.GET.get("done", "")),
        "refusal": refusal,
    }
    return render(request, "duplicates/proposals.html", context, status=status)


@require_POST
def not_the_same(request: HttpRequest, name: str) -> HttpResponse:
    """Remember that the records of a form are not the same."""
    noun = told.noun_of(name)
    try:
        change = keep_apart(actor_of(request), noun, request.POST.getlist("key"), system_clock)
    except Refusal as refusal:
        return _page(request, name, str(refusal), 400)
    query = {"noun": name, "done": change.pk}
    return HttpResponseRedirect(f"{reverse('duplicates')}?{urlencode(query)}")


def _pairs(actor: User, name: str) -> QuerySet[LookAlike]:
    there = told.within_reach(actor, NOUNS[name]).values("pk")
    return LookAlike.objects.filter(noun=name, left__in=there, right__in=there)


def _groups(actor: User, name: str) -> int:
    return _pairs(actor, name).values("entity").distinct().count()


def _told(
    actor: User, name: str, entities: list[str], pairs: QuerySet[LookAlike]
) -> list[dict[str, Any]]:
    """Each group with its records beside each other."""
    noun = NOUNS[name]
    of: dict[str, list[LookAlike]] = {entity: [] for entity in entities}
    for pair in pairs.filter(entity__in=entities).order_by("-weight", "left", "right"):
        of[pair.entity].append(pair)
    keys = {key for found in of.values() for p in found for key in (p.left, p.right)}
    records = told.within_reach(actor, noun).in_bulk(list(keys))
    may = set(editable_by(actor, noun).filter(pk__in=keys).values_list("pk", flat=True))
    listed = []
    for found in of.values():
        members = list(dict.fromkeys(key for p in found for key in (p.left, p.right)))
        these = [records[key] for key in members if key in records]
        if len(these) < 2:
            continue
        listed.append(
            {
                "records": [(r, told.place_of(r)) for r in these],
                "keys": [r.pk for r in these],
                "title": " and ".join(dict.fromkeys(told.name_of(r) for r in these)),
                "lines": told.side_by_side(actor, these, told.TELLING[name]),
                "reasons": told.Reasons.of(found[0]),
                "may": all(r.pk in may for r in these),
                "query": urlencode([("key", r.pk) for r in these]),
            }
        )
    return listed


def _done(actor: User, key: str) -> dict[str, Any] | None:
    """What this person has just decided, with the way to take it back."""
    number = whole_number(key)
    if number is None:
        return None
    apart = KeptApart.objects.filter(begun_by=number, begun_by__actor=actor, ended_by=None).first()
    if apart is not None:
        return {"said": "Kept apart. They are not proposed again.", "change": key}
    merge = Merge.objects.filter(change=int(key), change__actor=actor, ended_by=None).first()
    if merge is None:
        return None
    winner = told.within_reach(actor, NOUNS[merge.noun]).filter(pk=merge.winner).first()
    if winner is None:
        return None
    return {"said": "Merged into", "into": winner, "place": told.place_of(winner), "change": key}
