"""One's calendar for other programs: the page that makes its secret address, and what that address answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from salesops.actions.open_calendar import calendar_of, close_calendar, open_calendar
from salesops.foundations.clock import system_clock
from salesops.foundations.icalendar import Event, icalendar
from salesops.foundations.instant import in_zone
from salesops.foundations.period import day_begins
from salesops.records.calendar_feed import CalendarFeed
from salesops.records.invitation import digest_of
from salesops.records.models import Opportunity, PipelineStage
from salesops.records.open_tasks import open_tasks
from salesops.records.record import FOREVER, Record
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.records.zone import organisation_zone
from salesops.web.pages.keeping.facts import PLACES
from salesops.web.pages.tasks import due

MOST = 1_000
BACK = timedelta(days=30)  # a close date that is longer past is no appointment


def calendar(request: HttpRequest) -> HttpResponse:
    """Whether one has an address, since when, and the way to make and to end one."""
    assert isinstance(request.user, User)
    token = ""
    if request.method == "POST":
        if request.POST.get("do") == "close":
            close_calendar(request.user, system_clock)
            return HttpResponseRedirect(reverse("my_calendar"))
        token = open_calendar(request.user, system_clock)
    context = {
        "feed": calendar_of(request.user),
        "address": request.build_absolute_uri(reverse("calendar_feed", args=[token]))
        if token
        else "",
        "is_somebody": request.user.person_id is not None,
        "zone": organisation_zone(),
    }
    return render(request, "tasks/calendar.html", context)


@require_GET
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar of whose address this is; for any other there is nothing here."""
    found = CalendarFeed.objects.filter(digest=digest_of(token), ended_by=None)
    kept = found.select_related("login__person").first()
    if kept is None or not kept.login.is_active:
        raise Http404
    whose = kept.login
    events = [*_tasks(request, whose), *_closes(request, whose)]
    body = icalendar(f"{whose.person or whose}: salesops", events)
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'inline; filename="salesops.ics"'
    return answer


def _tasks(request: HttpRequest, whose: User) -> Iterator[Event]:
    zone = organisation_zone()
    planned = list(open_tasks(whose).filter(occurred_at__isnull=False)[:MOST])
    revised = _revised(planned)
    for task, line in zip(planned, due.lines(whose, planned, system_clock(), zone), strict=True):
        yield Event(
            key=f"activity/{task.pk}",
            revised_at=revised.get(task.pk, task.occurred_at),
            begins=_day_or_moment(task.occurred_at, zone),
            minutes=task.duration_minutes,
            summary=line.title,
            description=line.about,
            url=_address(request, task),
        )


def _closes(request: HttpRequest, whose: User) -> Iterator[Event]:
    """The close dates of one's own open deals, without their amounts."""
    if whose.person_id is None:
        return
    since = in_zone(system_clock(), organisation_zone()).date() - BACK
    own: QuerySet[Any] = visible_to(whose, Opportunity).filter(owner=whose.person_id)
    deals = list(own.filter(close_date__gte=since).order_by("close_date", "pk")[:MOST])
    closed = set(
        PipelineStage.objects.filter(deleted_at=None)
        .exclude(outcome="open")
        .values_list("pipeline", "stage")
    )
    still_open = [deal for deal in deals if (deal.pipeline, deal.stage) not in closed]
    revised = _revised(still_open)
    for deal in still_open:
        yield Event(
            key=f"opportunity/{deal.pk}",
            revised_at=revised.get(deal.pk, day_begins(deal.close_date, "UTC")),
            begins=deal.close_date,
            summary=f"Closes: {deal}",
            description=deal.stage or "",
            url=_address(request, deal),
        )


def _revised(records: list[Any]) -> dict[str, datetime]:
    """Since when each record is as it is."""
    if not records:
        return {}
    versions = type(records[0]).versions.objects.filter(
        record_id__in=[r.pk for r in records], ends_at=FOREVER
    )
    return dict(versions.values_list("record_id", "begins_at"))


def _day_or_moment(at: datetime, zone: str) -> date | datetime:
    day = in_zone(at, zone).date()
    return day if at == day_begins(day, zone) else at


def _address(request: HttpRequest, record: Record) -> str:
    place = PLACES[record._meta.db_table] + quote(record.pk, safe="")
    return request.build_absolute_uri(place)
