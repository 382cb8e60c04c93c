"""What somebody has still to do: their open activities, the longest overdue first, each with when it is due in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from salesops.foundations.instant import in_zone
from salesops.foundations.period import day_begins
from salesops.records.models import Account, Activity, Lead, Opportunity, Person
from salesops.records.open_tasks import open_tasks
from salesops.records.user import User
from salesops.records.visibility import editable_by, visible_to
from salesops.web.words import said

MOST = 200
OVERDUE, TODAY, LATER, UNDATED = "Overdue", "Today", "Later", "Without a day"


@dataclass(frozen=True)
class Task:
    """An activity as a line of a list: what, when in words, about which record, and whether its reader may change it."""

    key: str
    title: str
    kind: str
    when: str
    group: str
    about: str
    about_place: str
    who: str
    may_edit: bool
    is_done: bool

    @property
    def place(self) -> str:
        """Its page."""
        return f"/activities/{quote(self.key, safe='')}"


def due_by_tonight(actor: User, now: datetime, zone: str) -> int:
    """How many of the actor's tasks are overdue or of today."""
    tomorrow = in_zone(now, zone).date() + timedelta(days=1)
    return open_tasks(actor).filter(occurred_at__lt=day_begins(tomorrow, zone)).count()


def lines(actor: User, activities: Iterable[Any], now: datetime, zone: str) -> list[Task]:
    """Activities as lines; a record the actor may not see is not named."""
    listed = list(activities)
    if not listed:
        return []
    deals = _named(actor, Opportunity, {a.opportunity_id for a in listed})
    accounts = _named(actor, Account, {a.account_id for a in listed})
    leads = _named(actor, Lead, {a.lead_id for a in listed})
    people = _named(actor, Person, {a.owner_id for a in listed})
    keys = [a.pk for a in listed]
    editable = set(editable_by(actor, Activity).filter(pk__in=keys).values_list("pk", flat=True))
    made = []
    for activity in listed:
        about, place = "", ""
        if activity.opportunity_id in deals:
            about = deals[activity.opportunity_id]
            place = f"/opportunities/{quote(activity.opportunity_id, safe='')}"
        elif activity.account_id in accounts:
            about = accounts[activity.account_id]
            place = f"/accounts/{quote(activity.account_id, safe='')}"
        elif activity.lead_id in leads:
            about = leads[activity.lead_id]
            place = f"/leads/{quote(activity.lead_id, safe='')}"
        when, group = _when(activity.occurred_at, now, zone, is_done=activity.is_done is not False)
        made.append(
            Task(
                key=activity.pk,
                title=str(activity),
                kind=said(activity.kind),
                when=when,
                group=group,
                about=about,
                about_place=place,
                who=people.get(activity.owner_id, ""),
                may_edit=activity.pk in editable,
                is_done=activity.is_done is not False,
            )
        )
    return made


def grouped(tasks: Iterable[Task]) -> list[tuple[str, list[Task]]]:
    """Overdue, today, later and without a day, those that have any."""
    listed = list(tasks)
    groups = ((g, [t for t in listed if t.group == g]) for g in (OVERDUE, TODAY, LATER, UNDATED))
    return [(group, of_it) for group, of_it in groups if of_it]


def moment_in_words(at: datetime, zone: str) -> str:
    """A day, with the time where it has one: the first instant of a day stands for the day."""
    local = in_zone(at, zone)
    day = f"{local:%-d %b %Y}"
    return day if at == day_begins(local.date(), zone) else f"{day}, {local:%H:%M}"


def _when(at: datetime | None, now: datetime, zone: str, *, is_done: bool) -> tuple[str, str]:
    if at is None:
        return "", UNDATED
    words = moment_in_words(at, zone)
    day, today = in_zone(at, zone).date(), in_zone(now, zone).date()
    if is_done:
        return words, ""
    group = OVERDUE if day < today else TODAY if day == today else LATER
    near = _near(day, today)
    return (f"{near}, {words}" if near else words), group


def _near(day: date, today: date) -> str:
    late = (today - day).days
    if late > 0:
        return "1 day overdue" if late == 1 else f"{late:,} days overdue"
    return {0: "today", -1: "tomorrow"}.get(late, "")


def _named(actor: User, noun: Any, keys: set[str | None]) -> dict[str, str]:
    given = [k for k in keys if k]
    if not given:
        return {}
    found = visible_to(actor, noun).filter(pk__in=given).only("id", "name")
    return {record.pk: str(record) for record in found}
