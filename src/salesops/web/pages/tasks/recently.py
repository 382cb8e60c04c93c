"""What somebody looked at last: at the head of the palette, and on Home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from salesops.records.models import NOUNS
from salesops.records.recently_seen import RecentlySeen
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.web import find as local
from salesops.web.find import Option
from salesops.web.pages.keeping.facts import PLACES

MOST_SHOWN = 8
MOST_AMONG_FOUND = 3
_ICONS = {"account": "building-2", "opportunity": "handshake", "activity": "circle-check"}
_NOTES = {"account": "industry", "opportunity": "stage"}


def recently_seen(actor: User) -> list[Option]:
    """The records the actor looked at last and may still see, the last one first."""
    rows = list(RecentlySeen.objects.filter(login=actor).order_by("-at", "-pk"))
    keys: dict[str, list[str]] = {}
    for row in rows:
        if row.noun in PLACES:
            keys.setdefault(row.noun, []).append(row.record_id)
    there: Mapping[str, Mapping[str, Any]] = {
        noun: visible_to(actor, NOUNS[noun]).in_bulk(of_it) for noun, of_it in keys.items()
    }
    return [
        Option(
            url=PLACES[row.noun] + quote(row.record_id, safe=""),
            icon=_ICONS.get(row.noun, "history"),
            title=str(there[row.noun][row.record_id]),
            note=str(getattr(there[row.noun][row.record_id], _NOTES.get(row.noun, ""), "") or ""),
        )
        for row in rows
        if row.record_id in there.get(row.noun, {})
    ]


def find(request: HttpRequest) -> HttpResponse:
    """What the palette shows for `q`: what was seen last and fits it before all else; without any text all of that."""
    assert isinstance(request.user, User)
    text = request.GET.get("q", "").strip()
    seen = recently_seen(request.user)
    if not text:
        context = {"found": seen[:MOST_SHOWN], "heading": "Recently seen" if seen else ""}
        return render(request, "found_options.html", context)
    words = text.casefold().split()
    fitting = [o for o in seen if all(w in o.title.casefold() for w in words)][:MOST_AMONG_FOUND]
    found = local.found_for(text)
    known = {o.url for o in fitting}
    options = [*fitting, *(o for o in found if o.url not in known)]
    return render(request, "found_options.html", {"found": options, "text": text})
