"""An activity's page, the form that plans or logs one, and those of a deal or an account on its page."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, NamedTuple
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from salesops.actions.create_record import create_record, may_create
from salesops.actions.edit_record import Unfit
from salesops.actions.mention import read_mentions
from salesops.book.sales_process import ACTIVITY_KINDS
from salesops.foundations.clock import system_clock
from salesops.foundations.period import day_begins
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.models import Account, Activity, ActivityVersion, Contact, Lead, Opportunity
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.records.zone import organisation_zone
from salesops.web.looking import is_read
from salesops.web.pages.keeping import facts, typed
from salesops.web.pages.keeping.record_page import Kind, actor_of, page, place
from salesops.web.pages.tasks import due
from salesops.web.pages.tasks.tasks import way_back, with_word_of
from salesops.web.words import said

MOST = 200
_CONTACTS = 100


def _beside(actor: User, activity: Activity, currency: str) -> dict[str, Any]:  # noqa: ARG001
    line = due.lines(actor, [activity], system_clock(), organisation_zone())[0]
    return {"line": line, "here": line.place}


ACTIVITY = Kind(Activity, "tasks/activity.html", _beside)


def activity(request: HttpRequest, key: str) -> HttpResponse:
    """The activity with that id; whoever was mentioned in it has seen that now."""
    actor = actor_of(request)
    if is_read(request) and visible_to(actor, Activity).filter(pk=key).exists():
        read_mentions(actor, "activity", key, system_clock)
    return page(request, ACTIVITY, key)


def activities_of(actor: User, of_it: Q, about: str) -> dict[str, Any]:
    """What a record's page shows of activities: what is planned, then what was done, the newest first."""
    found, zone = visible_to(actor, Activity).filter(of_it), organisation_zone()
    planned = found.filter(is_done=False).order_by(F("occurred_at").asc(nulls_last=True), "pk")
    happened = found.exclude(is_done=False).order_by(F("occurred_at").desc(nulls_last=True), "pk")
    now = system_clock()
    return {
        "planned": due.lines(actor, planned[:MOST], now, zone),
        "happened": due.lines(actor, happened[:MOST], now, zone),
        "activity_count": found.count(),
        "may_add": may_create(actor, Activity),
        "about": about,
    }


class About(NamedTuple):
    """The record an activity is planned for: the columns that name it, its name and page; the contacts to choose of."""

    values: dict[str, Any]
    name: str = ""
    place: str = "/tasks"
    contacts: tuple[tuple[str, str], ...] = ()


def new_activity(request: HttpRequest) -> HttpResponse:
    """The form, for the record it was asked for from (`?about=opportunity/d1`); or the activity made."""
    actor = actor_of(request)
    about = _about(actor, request.GET.get("about", ""))
    if request.method != "POST":
        given = {
            "kind": "task",
            "state": "open",
            "owner_id": actor.person_id or "",
            "back": request.GET.get("back", "") or about.place,
        }
        if request.GET.get("state") == "done":
            given |= {"kind": "call", "state": "done"}
        return _form(request, actor, about, given, 200)
    given = request.POST.dict()
    try:
        made = create_record(actor, Activity, _values(about, given), system_clock)
    except Unfit as unfit:
        return _form(request, actor, about, given, 422, unfit)
    except Refusal as refusal:
        return _form(request, actor, about, given, 403, refusal=str(refusal))
    change = Change.objects.get(pk=ActivityVersion.objects.get(record_id=made.pk).opened_by)
    return HttpResponseRedirect(with_word_of(way_back(given.get("back", "")), change))


def _about(actor: User, text: str) -> About:
    """The deal, account, contact or lead; nothing where there is none that the actor may see."""
    noun, _, key = text.partition("/")
    if noun == "opportunity":
        deal = visible_to(actor, Opportunity).filter(pk=key).first()
        if deal is not None:
            contacts = _contacts(actor, deal.account_id)
            return About({"opportunity_id": key}, str(deal), place(Opportunity, key), contacts)
    if noun == "account":
        found = visible_to(actor, Account).filter(pk=key).first()
        if found is not None:
            return About(
                {"account_id": key}, str(found), place(Account, key), _contacts(actor, key)
            )
    if noun == "contact":
        one = visible_to(actor, Contact).filter(pk=key).first()
        if one is not None:
            known = {"contact_id": key, "account_id": one.account_id}
            return About(known, str(one), place(Contact, key), ((key, str(one)),))
    if noun == "lead":
        lead = visible_to(actor, Lead).filter(pk=key).first()
        if lead is not None:
            return About({"lead_id": key}, str(lead), place(Lead, key))
    return About({})


def _contacts(actor: User, account: str | None) -> tuple[tuple[str, str], ...]:
    if not account:
        return ()
    there = visible_to(actor, Contact).filter(account=account).order_by("name", "pk")
    return tuple((c.pk, str(c)) for c in there.only("id", "name")[:_CONTACTS])


def _values(about: About, given: dict[str, str]) -> dict[str, Any]:
    """The activity's values by column. Raises Unfit for the first that cannot be."""
    subject = given.get("subject", "").strip()
    if not subject:
        raise Unfit("subject", "Say what it is about.")
    kind = given.get("kind", "")
    if kind not in ACTIVITY_KINDS:
        raise Unfit("kind", "Choose one of the list.")
    is_done = given.get("state") == "done"
    contact = given.get("contact_id", "")
    if contact and contact not in dict(about.contacts):
        raise Unfit("contact_id", "Choose one of the list.")
    return about.values | {
        "subject": subject,
        "kind": kind,
        "owner_id": given.get("owner_id") or None,
        "contact_id": contact or about.values.get("contact_id"),
        "occurred_at": _moment(given, is_done=is_done),
        "duration_minutes": typed.count("duration_minutes", given.get("duration_minutes", "")),
        "is_done": is_done,
    }


def _moment(given: dict[str, str], *, is_done: bool) -> datetime | None:
    """When it is planned, or when it happened: now, where it is done and no day is said."""
    day, zone = typed.day("day", given.get("day", "")), organisation_zone()
    text, now = given.get("time", "").strip(), system_clock()
    if day is None:
        if text:
            raise Unfit("day", "Say the day as well.")
        return now if is_done else None
    at = day_begins(day, zone)
    if text:
        try:
            at = datetime.combine(day, time.fromisoformat(text), ZoneInfo(zone))
        except ValueError as error:
            raise Unfit("time", "Write a time as 14:30.") from error
    if is_done and at > now:
        raise Unfit("day", "What is done cannot be in the future. Plan it instead.")
    return at


def _form(
    request: HttpRequest,
    actor: User,
    about: About,
    given: dict[str, Any],
    status: int,
    unfit: Unfit | None = None,
    refusal: str = "",
) -> HttpResponse:
    context = {
        "about": about,
        "about_text": request.GET.get("about", "") if about.name else "",
        "given": given,
        "kinds": [(kind, said(kind)) for kind in ACTIVITY_KINDS],
        "people": [("", "Nobody"), *facts.people(actor, given.get("owner_id", ""))],
        "column": unfit.column if unfit else "",
        "problem": str(unfit) if unfit else "",
        "refusal": refusal,
        "zone": organisation_zone(),
    }
    return render(request, "tasks/new_activity.html", context, status=status)


def about_address(noun: str, key: str) -> str:
    """A record as an address of a form speaks of it."""
    return quote(f"{noun}/{key}", safe="")
