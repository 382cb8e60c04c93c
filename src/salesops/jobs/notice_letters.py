"""What a message about mentions, requests or tasks says: what still waits for its reader and what they may see, now."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet

from salesops.foundations.letter import Letter, Line, Part
from salesops.foundations.period import day_begins
from salesops.foundations.whole_number import whole_number
from salesops.jobs.notices import morning_of
from salesops.records.notice import MENTION, REQUEST, TASK, Notice
from salesops.records.open_tasks import open_tasks
from salesops.records.request import (
    ASKED,
    IN_PROGRESS,
    OWNER,
    REPLY,
    STATE,
    STATES,
    Request,
    RequestEvent,
)
from salesops.records.request_reach import requests_visible_to
from salesops.records.unread_mentions import told_of, unread_of
from salesops.records.user import User
from salesops.records.zone import organisation_zone

MOST, LONGEST_SUBJECT = 30, 150
_WHY = {
    MENTION: "when somebody mentions you",
    REQUEST: "when a request that you sent or have is answered or moves",
    TASK: "in the morning when tasks of yours are due, and when the time of one comes",
}
_ON = {
    MENTION: ("Open your tasks", "/tasks"),
    REQUEST: ("Open requests", "/requests"),
    TASK: ("Open your tasks", "/tasks"),
}


def letter_of(login: User, kind: str, notices: QuerySet[Notice], now: datetime) -> Letter | None:
    """What the notices of a kind come to for the login by now; None where nothing of it waits for them any more."""
    subject, lines = _TOLD[kind](login, list(notices.order_by("at", "pk")), now)
    if not lines:
        return None
    subject = _in_a_line(subject)
    more = len(lines) - MOST
    words, place = _ON[kind]
    part = Part(
        sentence=f"{subject}." + (f" The first {MOST} of them:" if more > 0 else ""),
        lines=tuple(lines[:MOST]),
        link=f"{settings.SALESOPS_ADDRESS}{place}",
        link_words=words,
    )
    foot = f"Sent {_WHY[kind]}. You can turn it off in your account: {settings.SALESOPS_ADDRESS}/account"
    return Letter(subject, (part,), foot)


def _in_a_line(words: str) -> str:
    """Words that hold what people wrote, as a header can: in one line, and not endless."""
    line = " ".join(words.split())
    return line if len(line) <= LONGEST_SUBJECT else f"{line[: LONGEST_SUBJECT - 1]}…"


def _mentions(login: User, notices: list[Notice], now: datetime) -> tuple[str, list[Line]]:  # noqa: ARG001
    changes = {notice.change_id for notice in notices}
    # Who is told that their request was answered need not be told that the answer names them.
    answered = Notice.objects.filter(login=login, kind=REQUEST, change__in=changes)
    mentions = unread_of(login).filter(change__in=changes)
    told = told_of(login, mentions.exclude(change__in=answered.values("change")))
    lines = [Line(each.title, _link(each.noun, each.key), each.who) for each in told]
    who = list(dict.fromkeys(each.who for each in told))
    if len(told) == 1:
        return f"{who[0]} mentioned you in {told[0].title}", lines
    by = who[0] if len(who) == 1 else f"{len(who)} people"
    return f"{by} mentioned you in {len(told)} places", lines


def _requests(login: User, notices: list[Notice], now: datetime) -> tuple[str, list[Line]]:  # noqa: ARG001
    numbers = {whole_number(notice.record_id) or 0 for notice in notices}
    concerned = {r.pk: r for r in requests_visible_to(login).filter(pk__in=numbers)}
    events = RequestEvent.objects.filter(
        request__in=concerned,
        change__in={notice.change_id for notice in notices},
        act__in=(ASKED, REPLY, STATE, OWNER),
        undone=None,
    ).select_related("change__actor", "owner")
    moved: dict[int, list[RequestEvent]] = {}
    for event in events.order_by("pk"):
        moved.setdefault(event.request_id, []).append(event)
    told = [(concerned[key], _moves(login, concerned[key], of_it)) for key, of_it in moved.items()]
    told = [(request, words) for request, words in told if words]
    lines = [
        Line(f"{r.number} {r.title}", _link("request", str(r.pk)), "; ".join(words))
        for r, words in told
    ]
    if len(told) == 1:
        request, words = told[0]
        return f"{request.number} {request.title}: {words[-1][0].lower()}{words[-1][1:]}", lines
    return f"{len(told)} of your requests moved", lines


def _moves(login: User, request: Request, events: Iterable[RequestEvent]) -> list[str]:
    """What was done with a request, as far as it concerns the login: as who asked, or as who has it."""
    if login.pk not in (request.asker_id, request.owner_id):
        return []  # it was theirs, and was given on meanwhile
    told: dict[str, None] = {}
    replied = {event.change_id for event in events if event.act == REPLY}
    for event in events:
        who = str(event.change.actor or "salesops")
        if event.act == REPLY:
            told[f"Answered by {who}"] = None
        elif event.act == STATE and not (event.state == IN_PROGRESS and event.change_id in replied):
            told[f"{dict(STATES)[event.state]}, by {who}"] = None
        elif event.act in (OWNER, ASKED) and event.owner_id == login.pk:
            told[f"Given to you by {who}" if event.act == OWNER else f"Sent to you by {who}"] = None
    return list(told)


def _tasks(login: User, notices: list[Notice], now: datetime) -> tuple[str, list[Line]]:
    zone = organisation_zone()
    today = now.astimezone(ZoneInfo(zone)).date()
    morning, noted = morning_of(today, zone), {(n.record_id, n.at) for n in notices}
    lines, reminders = [], 0
    for task in open_tasks(login).filter(pk__in=[key for key, _ in noted]):
        local = task.occurred_at and task.occurred_at.astimezone(ZoneInfo(zone))
        is_reminder = (task.pk, task.occurred_at) in noted
        # Whatever was moved since is told of when it is due then.
        if local and local.date() == today and (is_reminder or (task.pk, morning) in noted):
            is_of_the_day = task.occurred_at == day_begins(today, zone)
            when = "Today" if is_of_the_day else f"{local:%H:%M}"
            lines.append(Line(str(task), _link("activity", task.pk), when))
            reminders += is_reminder
    if len(lines) == 1:
        when = f"At {lines[0].aside}" if reminders else "Due today"
        return f"{when}: {lines[0].words}", lines
    return f"{len(lines)} tasks are due {'now' if reminders == len(lines) else 'today'}", lines


def _link(noun: str, key: str) -> str:
    place = "/requests/" if noun == "request" else "/activities/"
    return f"{settings.SALESOPS_ADDRESS}{place}{quote(key, safe='')}"


_TOLD: dict[str, Callable[[User, list[Notice], datetime], tuple[str, list[Line]]]] = {
    MENTION: _mentions,
    REQUEST: _requests,
    TASK: _tasks,
}
