"""Sharing a record with people and teams, and what is shared by and with whoever looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from salesops.actions.share_record import end_share, share_record
from salesops.foundations.clock import system_clock
from salesops.foundations.instant import in_zone
from salesops.foundations.period import day_begins
from salesops.foundations.problem import Refusal
from salesops.foundations.whole_number import whole_number
from salesops.records.models import NOUNS, Person, Share
from salesops.records.organisation import teams_now
from salesops.records.reach import reach
from salesops.records.record import Record
from salesops.records.share import SHAREABLE, still_shared
from salesops.records.user import User
from salesops.records.visibility import editable_by, visible_to
from salesops.records.zone import organisation_zone
from salesops.web.pages.keeping.facts import PLACES
from salesops.web.pages.keeping.record_page import actor_of

MOST = 500
PERSON, TEAM = "person:", "team:"


@dataclass(frozen=True)
class Line:
    """A record that is shared: what, with whom, with what right, until when, by whom and since when."""

    key: int
    record: str
    place: str
    change: str
    whom: str
    right: str
    until: str
    by: str
    since: str


def share(request: HttpRequest, noun: str, key: str) -> HttpResponse:
    """With whom one record is shared; who may edit it adds and takes away. 404 for who may not see it."""
    actor = actor_of(request)
    if noun not in SHAREABLE:
        raise Http404
    record = visible_to(actor, NOUNS[noun]).filter(pk=key).first()
    if record is None:
        raise Http404
    problem, typed = "", dict[str, str]()
    if request.method == "POST":
        typed = request.POST.dict()
        try:
            did = _done(actor, record, typed)
        except Refusal as refusal:
            problem = str(refusal)
        else:
            return HttpResponseRedirect(f"{reverse('share', args=[noun, key])}?did={did}")
    may_edit = editable_by(actor, NOUNS[noun]).filter(pk=key).exists()
    if not may_edit and not problem:
        problem = "Only who may edit a record may share it. You may read this one."
    shares = Share.objects.filter(still_shared(system_clock()), noun=noun, record_id=key)
    context = {
        "record": record,
        "place": _place(noun, key),
        "lines": _lines(actor, shares) if may_edit else [],
        "may_edit": may_edit,
        "people": Person.objects.filter(deleted_at=None).order_by("name").only("id", "name"),
        "teams": teams_now(),
        "typed": typed,
        "problem": problem,
        "did": {"share": "It is shared.", "end": "It is shared so no longer."}.get(
            request.GET.get("did", "")
        ),
        "tomorrow": in_zone(system_clock(), organisation_zone()).date() + timedelta(days=1),
    }
    status = 422 if typed and problem else 200 if may_edit else 403
    return render(request, "sharing/share.html", context, status=status)


def shared(request: HttpRequest) -> HttpResponse:
    """What others share with whoever looks, and what they share with others."""
    actor = actor_of(request)
    live = Share.objects.filter(still_shared(system_clock())).order_by("-pk")
    mine = Person.objects.filter(pk=actor.person_id, deleted_at=None).first()
    with_me = live.none()
    if mine is not None and reach(actor).is_known:
        of_mine = Q(person=mine) | (Q(team=mine.team) if mine.team else Q(pk__in=()))
        with_me = live.filter(of_mine).exclude(begun_by__actor=actor)
    context = {
        "with_me": _lines(actor, with_me[:MOST]),
        "by_me": _lines(actor, live.filter(begun_by__actor=actor)[:MOST]),
    }
    return render(request, "sharing/shared.html", context)


def _done(actor: User, record: Record, typed: Mapping[str, str]) -> str:
    """Share it, or end one share. Returns which of these."""
    if typed.get("do") == "end":
        found = Share.objects.filter(pk=whole_number(typed.get("share", "")) or 0).first()
        if found is None:
            raise Refusal("This was not shared any more.")
        end_share(actor, found, record, system_clock)
        return "end"
    whom = typed.get("whom", "")
    person = None
    if whom.startswith(PERSON):
        person = Person.objects.filter(pk=whom.removeprefix(PERSON), deleted_at=None).first()
    share_record(
        actor,
        record,
        system_clock,
        person=person,
        team=whom.removeprefix(TEAM) if whom.startswith(TEAM) else "",
        may_edit=typed.get("right") == "edit",
        ends_at=_end_of(typed.get("until", "").strip()),
    )
    return "share"


def _end_of(day: str) -> datetime | None:
    """The end of the last day, where the organisation is."""
    if not day:
        return None
    try:
        last = date.fromisoformat(day)
        return day_begins(last + timedelta(days=1), organisation_zone())
    except (ValueError, OverflowError):
        raise Refusal("Write the last day as 2026-03-31, or leave it empty.") from None


def _lines(actor: User, shares: QuerySet[Share]) -> list[Line]:
    """The shares of records the actor sees, in words."""
    found = list(shares.select_related("person", "begun_by__actor"))
    records = _records(actor, found)
    zone = organisation_zone()
    return [
        Line(
            key=one.pk,
            record=str(records[one.noun, one.record_id]),
            place=_place(one.noun, one.record_id),
            change=reverse("share", args=[one.noun, one.record_id]),
            whom=str(one.person) if one.person_id else f"Everybody of {one.team}",
            right="May edit" if one.may_edit else "May read",
            until=_last_day(one.ends_at, zone),
            by=str(one.begun_by.actor or ""),
            since=f"{in_zone(one.begun_by.at, zone):%-d %b %Y}",
        )
        for one in found
        if (one.noun, one.record_id) in records
    ]


def _records(actor: User, shares: Iterable[Share]) -> dict[tuple[str, str], Any]:
    keys: dict[str, set[str]] = {}
    for one in shares:
        keys.setdefault(one.noun, set()).add(one.record_id)
    return {
        (noun, record.pk): record
        for noun, of_it in keys.items()
        for record in visible_to(actor, NOUNS[noun]).filter(pk__in=of_it)
    }


def _last_day(ends_at: datetime | None, zone: str) -> str:
    """The last day on which it is shared, empty where that is for good."""
    return f"{in_zone(ends_at, zone) - timedelta(microseconds=1):%-d %b %Y}" if ends_at else ""


def _place(noun: str, key: str) -> str:
    """The record's page; empty where its noun has none."""
    return PLACES[noun] + quote(key, safe="") if noun in PLACES else ""
