"""The page of one request: what was asked, the conversation, where it is, and what its reader may do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from salesops.actions.edit_record import Unfit
from salesops.actions.end_request import may_reopen
from salesops.actions.handling_request import Outrun
from salesops.actions.mention import read_mentions
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.records.attachment_reach import REQUEST
from salesops.records.models import NOUNS, Request
from salesops.records.request import CLOSED, OPEN, SOLVED
from salesops.records.request_course import answer_due, solve_due
from salesops.records.request_reach import requests_handled_by, requests_visible_to
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.web.looking import is_read
from salesops.web.pages.desk.service_level import in_hours, left_of, office_hours
from salesops.web.pages.desk.told import conversation, events_of, history, just_done
from salesops.web.pages.desk.work import afterwards, do, work_on
from salesops.web.pages.files.told import files_of
from salesops.web.pages.keeping.record_page import actor_of, place

_LARGEST = 2**63


def one_request(request: HttpRequest, key: int) -> HttpResponse:
    """The request with that number, or what comes of a form on it. 404 where it is not there or not to be seen."""
    actor = actor_of(request)
    if key >= _LARGEST or not requests_visible_to(actor).filter(pk=key).exists():
        raise Http404
    if request.method != "POST":
        if is_read(request):
            read_mentions(actor, REQUEST, str(key), system_clock)
        return _shown(request, actor, key, 200)
    try:
        change = do(request, actor, key)
    except Unfit as unfit:
        return _shown(request, actor, key, 422, problem=str(unfit), column=unfit.column)
    except Outrun as outrun:
        return _shown(request, actor, key, 409, problem=str(outrun))
    except Refusal as refusal:
        return _shown(request, actor, key, 422, problem=str(refusal))
    return HttpResponseRedirect(afterwards(request, actor, key, change))


def _shown(
    request: HttpRequest, actor: User, key: int, status: int, *, problem: str = "", column: str = ""
) -> HttpResponse:
    visible = requests_visible_to(actor).select_related("kind", "owner", "asker")
    asked = visible.filter(pk=key).first()
    if asked is None:
        raise Http404
    now, hours = system_clock(), office_hours()
    handles = requests_handled_by(actor).filter(pk=key).exists()
    is_asker = asked.asker_id == actor.pk
    events = events_of(asked)
    context: dict[str, Any] = {
        "asked": asked,
        "left": left_of(asked, now, hours),
        "answer_due": answer_due(asked, hours) if asked.state in OPEN else None,
        "solve_due": solve_due(asked, hours),
        "answered_after": _after(asked.answer_seconds),
        "solved_after": _after(asked.clock_seconds) if asked.solved_at else "",
        "said": conversation(asked, events, handles=handles),
        "happened": history(events, handles=handles),
        "links": _links(actor, asked),
        **files_of(actor, REQUEST, str(key)),
        "handles": handles,
        "work": work_on(actor, asked),
        "is_asker": is_asker,
        "may_reply": is_asker and not handles and asked.state != CLOSED,
        "may_close": is_asker and asked.state != CLOSED,
        "is_solved": asked.state == SOLVED,
        "may_reopen": is_asker and may_reopen(asked, now),
        "receipt": is_asker and "asked" in request.GET,
        "done": just_done(actor, asked, request.GET.get("done", "")),
        "problem": problem,
        "column": column,
        "typed": request.POST if problem else {},
        "zone": hours.zone,
    }
    return render(request, "desk/request.html", context, status=status)


def _links(actor: User, asked: Request) -> list[tuple[str, str, str]]:
    """The records it is about that the reader may see: what each is, its name and its address."""
    found = []
    for link in asked.links.order_by("pk"):
        noun = NOUNS[link.noun]
        record = visible_to(actor, noun).filter(pk=link.record_id).first()
        if record is not None:
            found.append((link.noun, str(record), place(noun, record.pk)))
    return found


def _after(seconds: int | None) -> str:
    return "" if seconds is None else in_hours(timedelta(seconds=seconds))
