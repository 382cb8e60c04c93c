"""The forms by which the desk works on a request, in its queue and on its page, and what they do."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpRequest
from django.urls import reverse

from salesops.actions.answer_request import MOVES, answer_request
from salesops.actions.attach_files import undo_files
from salesops.actions.edit_record import Unfit
from salesops.actions.end_request import close_own_request, reopen_own_request
from salesops.actions.sort_request import sort_request
from salesops.actions.take_request import give_request, take_request
from salesops.actions.undo_request import undo_request
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.records.attachment_reach import REQUEST
from salesops.records.change import Change
from salesops.records.request import OPEN, PRIORITIES, STATES, CannedAnswer, Request
from salesops.records.request_kinds import kinds
from salesops.records.request_reach import (
    may_have,
    requests_handled_by,
    requests_visible_to,
    works_the_desk,
)
from salesops.records.user import User
from salesops.web.pages.desk.narrowing import number
from salesops.web.pages.desk.service_level import office_hours
from salesops.web.pages.files.told import files_changed


def work_on(actor: User, request: Request) -> dict[str, Any] | None:
    """What the desk's forms offer for a request, None for who does not handle it."""
    if not requests_handled_by(actor).filter(pk=request.pk).exists():
        return None
    names = dict(STATES)
    return {
        "states": [(state, names[state]) for state in MOVES[request.state]],
        "people": may_have(request.kind) if request.state in OPEN else [],
        "may_take": request.state in OPEN and request.owner_id != actor.pk,
        "canned": CannedAnswer.objects.filter(is_offered=True),
        "kinds": kinds() if request.state in OPEN else [],
        "priorities": PRIORITIES,
    }


def do(request: HttpRequest, actor: User, key: int) -> Change:
    """Do what a form asks for with a request. Raises what the actions refuse."""
    form, hours = request.POST, office_hours()
    text = form.get("text", "")
    seen_owner = number(form.get("owner_seen", "")) or None
    match form.get("do"):
        case "take":
            return take_request(actor, key, system_clock, hours, seen=seen_owner)
        case "give":
            to = User.objects.filter(pk=number(form.get("to", ""))).first()
            if to is None and form.get("to"):
                raise Refusal("Choose who is to have it from the list.")
            return give_request(actor, key, to, system_clock, hours, seen=seen_owner)
        case "answer":
            return answer_request(
                actor,
                key,
                system_clock,
                hours,
                text=text if text.strip() else _canned(actor, form.get("canned", "")),
                is_note="note" in form,
                state=form.get("state", ""),
                seen=form.get("state_seen", ""),
                minutes=_minutes(form.get("minutes", "")),
            )
        case "sort":
            priority = number(form.get("priority", ""))
            kind = form.get("kind", "")
            return sort_request(actor, key, kind, priority, system_clock, hours)
        case "close":
            return close_own_request(actor, key, system_clock, hours)
        case "reopen":
            return reopen_own_request(actor, key, text, system_clock, hours)
        case "undo":
            change = number(form.get("change", ""))
            of_files = Change.objects.filter(pk=change).first()
            if of_files and files_changed(of_files, REQUEST, str(key)):
                return undo_files(actor, of_files, system_clock)
            return undo_request(actor, key, change, system_clock, hours)
    raise Refusal("Choose what is to be done.")


def afterwards(request: HttpRequest, actor: User, key: int, change: Change) -> str:
    """Where to go once it is done: to the queue as it was, or to the request where it is still seen."""
    query = dict(parse_qsl(request.POST.get("back", "")))
    done = {"of": key, "done": change.pk}
    if "back" in request.POST:
        return f"{reverse('requests')}?{urlencode({**query, **done})}"
    if requests_visible_to(actor).filter(pk=key).exists():
        return f"{reverse('request', args=[key])}?done={change.pk}"
    return reverse("requests")


def _canned(actor: User, key: str) -> str:
    """The words of an answer that is kept, for who handles requests."""
    if not works_the_desk(actor):
        return ""
    found = CannedAnswer.objects.filter(pk=number(key), is_offered=True).first()
    return found.text if found else ""


def _minutes(said: str) -> int:
    plain = said.strip()
    if not plain:
        return 0
    if not number(plain):
        raise Unfit("minutes", "Write minutes as a whole number, such as 25.")
    return number(plain)
