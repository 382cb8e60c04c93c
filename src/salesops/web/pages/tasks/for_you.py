"""Where somebody was mentioned by name and has not looked yet, and who can be mentioned in what they write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from salesops.actions.mention import offered
from salesops.records.at_mention import AtMention
from salesops.records.attachment_reach import REQUEST, sees_files_of
from salesops.records.models import NOUNS, Activity
from salesops.records.reach import SEE_ALL, reach
from salesops.records.request_reach import about, requests_visible_to, works_the_desk
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.web.pages.desk.narrowing import number

MOST = 50


@dataclass(frozen=True)
class Mentioned:
    """Somebody mentioned the reader: who, when, in what, and where it stands."""

    who: str
    at: datetime
    title: str
    place: str


def for_you(actor: User) -> list[Mentioned]:
    """Where the actor was mentioned and has not looked, the newest first; what they may see no more is left out."""
    unread = AtMention.objects.filter(login=actor, read_at=None)
    found = list(unread.select_related("change__actor").order_by("-pk")[:MOST])
    if not found:
        return []
    keys = {m.record_id for m in found if m.noun == "activity"}
    notes = {a.pk: a for a in visible_to(actor, Activity).filter(pk__in=keys)}
    numbers = {number(m.record_id) for m in found if m.noun == REQUEST}
    requests = {str(r.pk): r for r in requests_visible_to(actor).filter(pk__in=numbers)}
    told: dict[str, Mentioned] = {}
    for each in found:
        who, at = str(each.change.actor or "salesops"), each.change.at
        if each.noun == REQUEST and each.record_id in requests:
            request = requests[each.record_id]
            place = reverse("request", args=[request.pk])
            mentioned = Mentioned(who, at, f"{request.number} {request.title}", place)
        elif each.record_id in notes and each.noun == "activity":
            place = f"/activities/{quote(each.record_id, safe='')}"
            mentioned = Mentioned(who, at, str(notes[each.record_id]), place)
        else:
            continue
        told.setdefault(mentioned.place, mentioned)
    return list(told.values())


@require_GET
def people_to_mention(request: HttpRequest) -> HttpResponse:
    """Who can be mentioned in what is written about a record (`?about=opportunity/d1`) or into a request, by `?q=`."""
    actor = request.user
    assert isinstance(actor, User)
    sees = _sees(actor, request.GET.get("about", ""))
    if sees is None:
        raise Http404
    people = offered(request.GET.get("q", "")[:100].replace("\0", ""), sees)
    context = {"people": [p for p in people if p.pk != actor.pk]}
    return render(request, "tasks/people_to_mention.html", context)


def _sees(actor: User, text: str) -> Callable[[User], Any] | None:
    """Whether a login sees what is written there; None where the actor does not."""
    noun, _, key = text.partition("/")
    if noun == REQUEST:
        if not sees_files_of(actor, REQUEST, key):
            return None
        return lambda login: requests_visible_to(login).filter(pk=number(key)).exists()
    if noun == "new_request":
        return works_the_desk
    if noun == "activity":
        if not visible_to(actor, Activity).filter(pk=key).exists():
            return None
        return lambda login: visible_to(login, Activity).filter(pk=key).exists()
    if not text:  # of the actor's own, and no record's
        return lambda login: login.role in SEE_ALL or reach(login).covers(actor.person_id)
    if about(actor, text) is None:
        return None
    return lambda login: visible_to(login, NOUNS[noun]).filter(pk=key).exists()
