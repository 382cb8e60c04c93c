"""Where somebody was mentioned by name and has not looked, as far as they may see it now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from salesops.foundations.whole_number import whole_number
from salesops.records.at_mention import AtMention
from salesops.records.models import Activity
from salesops.records.request import NOTE, RequestEvent
from salesops.records.request_reach import requests_handled_by, requests_visible_to
from salesops.records.user import User
from salesops.records.visibility import visible_to


@dataclass(frozen=True)
class Mentioned:
    """Somebody mentioned a login: who, when, in which record of which noun, and what that is called."""

    who: str
    at: datetime
    noun: str
    key: str
    title: str


def unread_of(login: User) -> QuerySet[AtMention]:
    """Where the login was mentioned and has not looked, the newest first."""
    return AtMention.objects.filter(login=login, read_at=None).order_by("-pk")


def told_of(login: User, mentions: QuerySet[AtMention]) -> list[Mentioned]:
    """Mentions of the login, in their order, each record once; what the login may see no more is left out."""
    found = list(mentions.select_related("change__actor"))
    if not found:
        return []
    activities = {m.record_id for m in found if m.noun == "activity"}
    notes = visible_to(login, Activity).filter(pk__in=activities)
    titles = {("activity", note.pk): str(note) for note in notes}
    numbers = {whole_number(m.record_id) or 0 for m in found if m.noun == "request"}
    titles |= {
        ("request", str(request.pk)): f"{request.number} {request.title}"
        for request in requests_visible_to(login).filter(pk__in=numbers)
    }
    handled = set(requests_handled_by(login).filter(pk__in=numbers).values_list("pk", flat=True))
    for_the_desk = {
        (change, "request", str(request))
        for change, request in RequestEvent.objects.filter(
            change__in=[m.change_id for m in found], act=NOTE
        )
        .exclude(request__in=handled)
        .values_list("change_id", "request_id")
    }
    told: dict[tuple[str, str], Mentioned] = {}
    for each in found:
        of = (each.noun, each.record_id)
        if of in titles and (each.change_id, *of) not in for_the_desk:
            who = str(each.change.actor or "salesops")
            told.setdefault(of, Mentioned(who, each.change.at, *of, titles[of]))
    return list(told.values())
