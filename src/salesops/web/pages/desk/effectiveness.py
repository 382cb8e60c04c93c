"""How well sales operations serves: per month, kind and owner, each figure with the requests behind it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from salesops.foundations.clock import system_clock
from salesops.foundations.percent import in_percent
from salesops.foundations.problem import Refusal
from salesops.records.request_kinds import kinds
from salesops.records.request_reach import requests_handled_by, works_the_desk
from salesops.records.request_tally import Counted, Tally, counted, month_of, tallies, together
from salesops.records.user import User
from salesops.web.export import as_csv
from salesops.web.pages.desk.narrowing import ANY, DUE, GIVEN, NOBODY, month
from salesops.web.pages.desk.service_level import office_hours
from salesops.web.pages.keeping.record_page import actor_of

BY = {"month": "Month", "kind": "Kind", "owner": "Who has it"}
TITLES = (
    "Came", "Answered in time", "First answer", "Solved", "Solved in time", "Solution",
    "Reopened", "Effort", "Open now", "Late now", "Age of open",
)  # fmt: skip


class Cell(NamedTuple):
    """A figure in words, what it is of, and the address of the requests it is made of; no words for none."""

    words: str
    of: str
    address: str


def effectiveness(request: HttpRequest) -> HttpResponseBase:
    """The page, or its CSV with a line for each month, kind and owner. For who works the desk."""
    actor, now, zone = actor_of(request), system_clock(), office_hours().zone
    if not works_the_desk(actor):
        raise Refusal("This page is for sales operations.")
    asked = {name: request.GET.get(name, "").strip() for name in ("month", "kind", "owner")}
    asked["month"] = asked["month"] if month(asked["month"], zone) else ""
    by = request.GET.get("by", "")
    by = by if by in BY else "month"
    everything = counted(requests_handled_by(actor))
    months = {month_of(at, zone) for r in everything for at in (r.asked_at, r.solved_at) if at}
    found = list(_narrowed(everything, asked))
    if request.GET.get("export") == "csv":
        crossed = tallies(found, now, zone, lambda r, m: (m, *_of(r)), asked["month"])
        return _csv(crossed)

    def group(one: Counted, in_month: str) -> str:
        kind, owner = _of(one)
        return {"month": in_month, "kind": kind, "owner": owner}[by]

    groups = tallies(found, now, zone, group, asked["month"])
    names = _names(by)
    keys = (
        sorted(groups, reverse=True)
        if by == "month"
        else sorted(groups, key=lambda k: names.get(k, k))
    )
    context = {
        "by": by,
        "bys": [(name, _address(request, by=name), words) for name, words in BY.items()],
        "titles": TITLES,
        "lines": [(names.get(key, key), _cells(groups[key], {**asked, by: key})) for key in keys],
        "whole": _cells(together(groups.values()), asked),
        "asked": asked,
        "months": sorted(months, reverse=True),
        "kinds": kinds(),
        "owners": _owners(everything),
        "nobody": NOBODY,
        "csv": _address(request, by=by, export="csv"),
        "is_narrowed": any(asked.values()),
        "zone": zone,
    }
    return render(request, "desk/effectiveness.html", context)


def _narrowed(requests: Iterable[Counted], asked: dict[str, str]) -> Iterable[Counted]:
    for request in requests:
        kind, owner = _of(request)
        if asked["kind"] in ("", kind) and asked["owner"] in ("", owner):
            yield request


def _of(request: Counted) -> tuple[str, str]:
    """The kind and the owner of a request, as addresses name them."""
    return request.kind_id, str(request.owner_id or NOBODY)


def _names(by: str) -> dict[str, str]:
    if by == "kind":
        return {kind.key: kind.name for kind in kinds()}
    if by == "owner":
        return {NOBODY: "Nobody"} | {str(u.pk): str(u) for u in User.objects.all()}
    return {}


def _owners(requests: Iterable[Counted]) -> list[User]:
    found = {request.owner_id for request in requests if request.owner_id}
    return list(User.objects.filter(pk__in=found).order_by("name", "email"))


def _address(request: HttpRequest, **changes: str) -> str:
    query = {n: v for n, v in request.GET.items() if n in ("month", "kind", "owner") and v}
    return f"?{urlencode({**query, **changes})}"


def _cells(tally: Tally, of: dict[str, str]) -> list[Cell]:
    """The figures of a group, each with the address of its requests."""
    base = {"view": "all", "state": ANY, "kind": of["kind"], "owner": of["owner"]}
    came, solved = base | {"came": of["month"]}, base | {"solved": of["month"]}
    if not of["month"]:
        solved |= {"met": GIVEN}
    still = came | {"state": ""}
    return [
        _cell(str(tally.came), tally.came, "", came),
        _cell(_percent(tally.share_answered_in_time), tally.answers_due, "of", came | {"answered": DUE}),
        _cell(_hours(tally.answer_hours), len(tally.answer_seconds), "n", came | {"answered": GIVEN}),
        _cell(str(tally.solved), tally.solved, "", solved),
        _cell(_percent(tally.share_solved_in_time), tally.solved, "of", solved),
        _cell(_hours(tally.solve_hours), tally.solved, "n", solved),
        _cell(str(tally.reopened), tally.came, "of", came | {"reopened": "1"}),
        _cell(_hours(tally.effort_minutes / 60), tally.came, "n", came),
        _cell(str(tally.open), tally.open, "", still),
        _cell(str(tally.late), tally.open, "of", still | {"overdue": "1"}),
        _cell(_days(tally.age), tally.open, "n", still),
    ]  # fmt: skip


def _cell(words: str, n: int, of: str, query: dict[str, str]) -> Cell:
    if not n:
        return Cell("", "", "")
    address = f"{reverse('requests')}?{urlencode({k: v for k, v in query.items() if v})}"
    return Cell(words, f"{of} {n:,}" if of else "", address)


def _percent(share: float | None) -> str:
    return "" if share is None else in_percent(share)


def _hours(hours: float | None) -> str:
    return "" if hours is None else f"{hours:,.1f} h"


def _days(days: float | None) -> str:
    return "" if days is None else f"{days:,.1f} d"


def _csv(crossed: dict[tuple[str, str, str], Tally]) -> HttpResponseBase:
    kind_names, owner_names = _names("kind"), _names("owner")
    header = (
        "month", "kind", "owner", "came", "first_answers_due", "answered_in_time",
        "share_answered_in_time", "answered", "median_hours_to_first_answer", "solved",
        "solved_in_time", "share_solved_in_time", "median_hours_to_solution", "reopened",
        "effort_minutes", "open_now", "late_now", "median_age_days_of_open",
    )  # fmt: skip
    rows = [
        (
            in_month, kind_names.get(kind, kind), owner_names.get(owner, owner), t.came, t.answers_due,
            t.answered_in_time, t.share_answered_in_time, len(t.answer_seconds), t.answer_hours,
            t.solved, t.solved_in_time, t.share_solved_in_time, t.solve_hours, t.reopened,
            t.effort_minutes, t.open, t.late, t.age,
        )
        for (in_month, kind, owner), t in sorted(crossed.items())
    ]  # fmt: skip
    return as_csv("requests_effectiveness", header, rows)
