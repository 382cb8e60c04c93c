"""Where somebody was mentioned by name and has not looked yet, and who can be mentioned in what they write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from salesops.actions.mention import offered
from salesops.records.attachment_reach import REQUEST, sees_files_of
from salesops.records.models import NOUNS, Activity
from salesops.records.reach import SEE_ALL, reach
from salesops.records.request_reach import about, requests_visible_to, works_the_desk
from salesops.records.unread_mentions import Mentioned, told_of, unread_of
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.web.pages.desk.narrowing import number
from salesops.web.pages.keeping.facts import PLACES

MOST = 50


def for_you(actor: User) -> list[tuple[str, Mentioned]]:
    """Where the actor was mentioned and has not looked, each with its address; what they may see no more is left out."""
    return [(_place(each), each) for each in told_of(actor, unread_of(actor)[:MOST])]


def _place(mentioned: Mentioned) -> str:
    if mentioned.noun == REQUEST:
        return reverse("request", args=[int(mentioned.key)])
    return PLACES[mentioned.noun] + quote(mentioned.key, safe="")


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
