"""What was done with a request, in words, as far as its reader may know."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from salesops.actions.undo_request import can_be_undone
from salesops.records.attachment_reach import REQUEST, may_attach_to
from salesops.records.request import (
    EFFORT,
    NOTE,
    PRIORITIES,
    REPLY,
    STATES,
    Request,
    RequestEvent,
)
from salesops.records.user import User
from salesops.web.pages.desk.narrowing import number
from salesops.web.pages.desk.service_level import in_hours
from salesops.web.pages.files.told import with_files
from salesops.web.pages.keeping.history import done_in_words

_FOR_THE_DESK = {NOTE, EFFORT}


@dataclass(frozen=True)
class Said:
    """One message of the conversation."""

    who: str
    at: datetime
    text: str
    is_note: bool = False
    is_askers: bool = False


@dataclass(frozen=True)
class Done:
    """One line of what happened."""

    words: str
    who: str
    at: datetime
    is_taken_back: bool


def events_of(request: Request) -> list[RequestEvent]:
    """Everything done with a request, from the first."""
    return list(
        request.events.select_related("change__actor", "owner", "kind", "undoes").order_by("pk")
    )


def conversation(request: Request, events: Iterable[RequestEvent], *, handles: bool) -> list[Said]:
    """What was asked and answered, the oldest first; the desk's notes for the desk alone."""
    first = Said(str(request.asker), request.asked_at, request.needed, is_askers=True)
    return [first] + [
        Said(
            str(event.change.actor),
            event.change.at,
            event.text,
            event.act == NOTE,
            event.change.actor_id == request.asker_id,
        )
        for event in events
        if event.act == REPLY or (event.act == NOTE and handles)
    ]


def history(events: Iterable[RequestEvent], *, handles: bool) -> list[Done]:
    """What happened, the newest first."""
    told = list(events)
    taken_back = {event.undoes_id for event in told if event.undoes_id}
    return [
        Done(in_words(event), str(event.change.actor), event.change.at, event.pk in taken_back)
        for event in reversed(told)
        if handles or not _is_for_the_desk(event)
    ]


def _is_for_the_desk(event: RequestEvent) -> bool:
    undone = event.undoes.act if event.undoes else ""
    return event.act in _FOR_THE_DESK or undone in _FOR_THE_DESK


def in_words(event: RequestEvent) -> str:
    """Given to Rita; Solved; 25 min spent."""
    match event.act:
        case "asked":
            return f"Asked, given to {event.owner}" if event.owner else "Asked"
        case "reply":
            return "Answered"
        case "note":
            return "Noted"
        case "state":
            return dict(STATES).get(event.state, event.state)
        case "owner":
            return f"Given to {event.owner}" if event.owner else "Laid back for anybody"
        case "effort":
            return f"{in_hours(timedelta(minutes=event.minutes or 0))} spent"
        case "sorted":
            return f"{event.kind}, {dict(PRIORITIES).get(event.priority or 0, '')}"
        case _:
            return f"Taken back: {in_words(event.undoes) if event.undoes else ''}"


@dataclass(frozen=True)
class Just:
    """What its reader has just done, as a short sentence, and the change that can be taken back."""

    request: Request
    words: str
    undoes: int | None


def just_done(actor: User, request: Request | None, change: str) -> Just | None:
    """What the change named in an address did, where it was the reader's own."""
    if request is None or not number(change):
        return None
    done = request.events.filter(change=number(change), change__actor=actor)
    events = list(done.select_related("owner", "kind", "undoes"))
    if not events:
        return _with_files(actor, request, number(change))
    words = ". ".join(in_words(event) for event in events)
    undoes = events[0].change_id if can_be_undone(actor, request, events[0].change_id) else None
    return Just(request, f"{request}: {words}.", undoes)


def _with_files(actor: User, request: Request, change: int) -> Just | None:
    """The same of what was done with its files."""
    told = with_files(
        (), REQUEST, str(request.pk), may_edit=may_attach_to(actor, REQUEST, str(request.pk))
    )
    latest = told[0] if told else None
    if latest is None or latest.change is None:
        return None
    if (latest.change.pk, latest.change.actor_id) != (change, actor.pk):
        return None
    return Just(request, done_in_words(latest), latest.undoes)
