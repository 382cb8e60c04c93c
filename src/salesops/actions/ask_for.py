"""Asking sales operations for something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from salesops.actions.changing import changing
from salesops.actions.edit_record import Unfit
from salesops.actions.handling_request import concern, keep_course, tell_of_request, words
from salesops.foundations.business_hours import BusinessHours
from salesops.foundations.clock import Clock
from salesops.foundations.problem import Refusal
from salesops.records.request import ASKED, Request, RequestEvent, RequestKind, RequestLink
from salesops.records.request_kinds import keep_usual_kinds
from salesops.records.request_reach import about, may_have, requests_visible_to
from salesops.records.user import User

LONGEST_TITLE = 200


def ask_for(
    actor: User,
    kind: str,
    title: str,
    needed: str,
    clock: Clock,
    hours: BusinessHours,
    *,
    wanted_on: date | None = None,
    records: Sequence[str] = (),
    door: str = "browser",
) -> Request:
    """Send a request of a kind; `records` name what it is about, such as “opportunity/d1”.

    Anybody who may sign in may. It begins with who has the kind first, where that is somebody who still may.
    """
    if not actor.is_active:
        raise Refusal("Only who may sign in can ask.")
    heading = words("title", " ".join(title.split()), "Say in a few words what it is.")
    if len(heading) > LONGEST_TITLE:
        raise Unfit("title", f"Write at most {LONGEST_TITLE} characters, and the rest below.")
    text = words("needed", needed, "Say what you need.")
    with changing(actor, "ask_for", clock, door=door) as change:
        if wanted_on and wanted_on < change.at.astimezone(ZoneInfo(hours.zone)).date():
            raise Unfit("wanted_on", "This day is over. Choose one to come.")
        keep_usual_kinds()
        of_kind = RequestKind.objects.filter(pk=kind.replace("\0", ""), is_offered=True).first()
        if of_kind is None:
            raise Unfit("kind", "Choose one of the list.")
        linked = [about(actor, each) for each in dict.fromkeys(records)]
        if None in linked:
            raise Unfit("about", "There is no such record, or it is not yours to see.")
        request = Request.objects.create(
            kind=of_kind,
            title=heading,
            needed=text,
            wanted_on=wanted_on,
            asker=actor,
            asked_at=change.at,
            priority=of_kind.priority,
            answer_minutes=of_kind.answer_minutes,
            solve_minutes=of_kind.solve_minutes,
        )
        for noun, record in filter(None, linked):
            RequestLink.objects.create(request=request, noun=noun, record_id=record.pk)
        owner = may_have(of_kind).filter(pk=of_kind.owner_id or 0).first()
        RequestEvent.objects.create(
            request=request, change=change, act=ASKED, owner=owner, kind=of_kind,
            priority=request.priority,
        )  # fmt: skip
        tell_of_request(change, request, text, "needed", requests_visible_to)
        concern(change, request, owner.pk if owner else None)
        keep_course(request, hours)
        change.reason = str(request)
        change.save(update_fields=["reason"])
    return request
