"""The queue of sales operations, what breaks its service level first; for everybody else what they asked."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from salesops.foundations.clock import system_clock
from salesops.records.request import OPEN, STATES
from salesops.records.request_kinds import kinds
from salesops.records.request_reach import requests_visible_to, works_the_desk
from salesops.records.user import User
from salesops.web.pages.desk.narrowing import (
    ASKED,
    DUE,
    GIVEN,
    IN_TIME,
    LATE,
    NOBODY,
    VIEWS,
    Narrowing,
    number,
    of_view,
)
from salesops.web.pages.desk.service_level import left_of, office_hours
from salesops.web.pages.desk.told import just_done
from salesops.web.pages.desk.work import work_on
from salesops.web.pages.keeping.record_page import actor_of
from salesops.web.paging import page_of

A_PAGE = 50
_ANSWERED = {
    IN_TIME: "Answered in time",
    LATE: "Answered late",
    DUE: "Answered, or late",
    GIVEN: "Answered",
}
_MET = {IN_TIME: "Solved in time", LATE: "Solved late", GIVEN: "Solved"}
# Parts of the address that say what was just done, and not what is shown.
PASSING = ("open", "done", "of")


def requests(request: HttpRequest) -> HttpResponse:
    """The requests that the address asks for, one of them opened to be worked on where it says so."""
    actor, now, hours = actor_of(request), system_clock(), office_hours()
    asked = Narrowing.of(actor, request.GET)
    found = asked.found(actor, now, hours.zone)
    count = found.count()
    pages = max(1, -(-count // A_PAGE))
    page = min(page_of(request), pages)
    ordered = found.select_related("kind", "owner", "asker").order_by(
        F("due_at").asc(nulls_last=True), "priority", "-pk"
    )
    shown = list(ordered[(page - 1) * A_PAGE : page * A_PAGE])
    kept = {n: v for n, v in request.GET.items() if n not in PASSING}
    opened = number(request.GET.get("open", ""))
    is_desk = works_the_desk(actor)
    lines: list[dict[str, Any]] = [
        {
            "request": each,
            "left": left_of(each, now, hours),
            "work": work_on(actor, each) if each.pk == opened and asked.view != ASKED else None,
        }
        for each in shown
    ]
    done = requests_visible_to(actor).filter(pk=number(request.GET.get("of", ""))).first()
    context = {
        "asked": asked,
        "is_desk": is_desk,
        "views": _views(actor, kept) if is_desk else [],
        "lines": lines,
        "count": count,
        "page": page,
        "pages": pages,
        "kinds": kinds(),
        "states": STATES,
        "owners": _owners(actor),
        "nobody": NOBODY,
        "back": urlencode(kept),
        "is_narrowed": any(v for n, v in kept.items() if n not in ("view", "page")),
        "special": _special(asked),
        "done": just_done(actor, done, request.GET.get("done", "")),
        "zone": hours.zone,
    }
    return render(request, "desk/requests.html", context)


def _views(actor: User, kept: dict[str, Any]) -> list[tuple[str, str, str, int]]:
    """The views with their addresses, words and how many open requests are in each."""
    stays = {n: v for n, v in kept.items() if n not in ("view", "page")}
    return [
        (
            name,
            urlencode({"view": name, **stays}),
            words,
            of_view(actor, name).filter(state__in=OPEN).count(),
        )
        for name, words in VIEWS.items()
    ]


def _owners(actor: User) -> list[User]:
    """Who has a request that the reader handles."""
    handled = of_view(actor, "all").exclude(owner=None).order_by().values("owner").distinct()
    return list(User.objects.filter(pk__in=handled).order_by("name", "email"))


def _special(asked: Narrowing) -> list[tuple[str, str, str]]:
    """What the address asks for beside what the form shows, as (name, value, words)."""
    words = {
        "came": f"Came in {asked.came}",
        "solved": f"Solved in {asked.solved}",
        "answered": _ANSWERED.get(asked.answered, ""),
        "met": _MET.get(asked.met, ""),
        "reopened": "Reopened",
        "overdue": "Late now",
    }
    return [
        (name, getattr(asked, name), said)
        for name, said in words.items()
        if said and getattr(asked, name)
    ]
