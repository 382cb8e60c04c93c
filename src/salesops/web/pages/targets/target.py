"""Setting the target of a number: what, in which period, for whom; and who decided what before."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from salesops.book.book import Book
from salesops.book.target import (
    Key,
    Target,
    set_target,
    such_as,
    take_target_away,
    target_of,
    teams_of,
    value_to_type,
)
from salesops.foundations.clock import system_clock
from salesops.foundations.fiscal_calendar import GRAINS
from salesops.foundations.period import Period
from salesops.foundations.period_words import period_in_words
from salesops.foundations.problem import Refusal
from salesops.kpis import KPIS
from salesops.kpis._definition import Kpi
from salesops.web.books import is_office, whole_book
from salesops.web.targets import sets_targets, targets_seen

AHEAD = {"year": 2, "quarter": 6, "month": 9}  # periods offered of each kind, the running one first


def target(request: HttpRequest, name: str) -> HttpResponse:
    """The form; on POST the target is set, or taken away."""
    kpi = KPIS.get(name)
    if kpi is None:
        raise Http404
    if not sets_targets(request):
        raise Refusal(
            "Only sales operations and administrators set targets; an analyst only looks. "
            "Send them a request."
        )
    book = whole_book()
    given = request.POST if request.method == "POST" else request.GET
    label = given.get("period", "") or book.period("this_quarter").label
    found = _there((name, label, given.get("team", "")))
    draft = _draft(kpi, label, given.get("team", ""), found)
    problem = ""
    if request.method == "POST":
        draft |= {k: given.get(k, "").strip() for k in ("value", "limit", "reason")}
        try:
            _do(request, book, kpi, draft)
        except Refusal as refusal:
            problem = str(refusal)
        else:
            return HttpResponseRedirect(f"{reverse('number', args=[name])}?did=target#targets")
    context = {
        "kpi": kpi,
        "draft": draft,
        "is_there": found is not None,
        "problem": problem,
        "periods": _periods(book, label),
        "teams": teams_of(book) if "team" in book.can_split(name) else [],
        "such_as": such_as(kpi),
        "seen": given.get("seen", "") if problem else _edition(name, draft),
        "history": _history(kpi) if is_office() else [],
    }
    return render(request, "targets/target.html", context, status=422 if problem else 200)


def _there(key: Key) -> Target | None:
    return next((t for t in targets_seen() if t.key == key), None)


def _draft(kpi: Kpi, label: str, team: str, found: Target | None) -> dict[str, Any]:
    is_most = found.is_most if found else kpi.better == "down"
    return {
        "period": label,
        "team": team,
        "value": value_to_type(found) if found else "",
        "limit": "most" if is_most else "least",
        "reason": "",
    }


def _do(request: HttpRequest, book: Book, kpi: Kpi, draft: dict[str, Any]) -> None:
    """Do what the form asks for, in the file of a local book or in the records of an office."""
    takes_away = request.POST.get("do") == "take_away"
    key = kpi.name, str(draft["period"]), str(draft["team"])
    meant = None
    if not takes_away:
        meant = target_of(
            book,
            kpi.name,
            draft["period"],
            draft["value"],
            team=draft["team"],
            is_most=draft["limit"] == "most",
        )
    if not is_office():
        if meant is None:
            take_target_away(settings.SALESOPS_BOOK, key)
        else:
            set_target(settings.SALESOPS_BOOK, meant)
        return
    from salesops.actions import set_target as deciding
    from salesops.records.user import User

    assert isinstance(request.user, User)
    decided = {"seen": request.POST.get("seen", ""), "reason": draft["reason"]}
    if meant is None:
        deciding.take_target_away(request.user, key, system_clock, **decided)
    else:
        # What was looked at is the target of the period and team the form was opened for, if it still names them.
        if meant.key != (kpi.name, request.POST.get("of_period"), request.POST.get("of_team")):
            decided["seen"] = deciding.edition_of(meant.key)
        deciding.set_target(request.user, meant, system_clock, **decided)


def _edition(name: str, draft: dict[str, Any]) -> str:
    if not is_office():
        return ""
    from salesops.actions.set_target import edition_of

    return edition_of((name, draft["period"], draft["team"]))


def _periods(book: Book, chosen: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The periods one may set a target for, by kind; one that was asked for besides stands first."""
    groups = []
    for grain in GRAINS:
        if grain not in AHEAD:
            continue
        period, offered = book.calendar.period_of(book.today, grain), []
        for _ in range(AHEAD[grain]):
            offered.append((period.label, _said(period)))
            period = book.calendar.period_of(period.end, grain)
        groups.append((f"{grain.capitalize()}s", offered))
    if all(chosen != label for _, offered in groups for label, _ in offered):
        groups.insert(0, ("Asked for", [(chosen, period_in_words(chosen))]))
    return groups


def _said(period: Period) -> str:
    return f"{period_in_words(period)}, {period.start:%-d %b %Y} – {period.last_day:%-d %b %Y}"


def _history(kpi: Kpi) -> list[Any]:
    """What an office decided about this number, the last first."""
    from salesops.records.target import decisions_about

    return [row.change for row in decisions_about(kpi.name)]
