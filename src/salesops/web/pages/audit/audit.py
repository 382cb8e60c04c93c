"""The audit log for who may read it: who changed what, and who saw what, searched and taken away as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from salesops.actions.edit_record import Unfit
from salesops.foundations.problem import Refusal
from salesops.foundations.whole_number import whole_number
from salesops.records.audit_log import (
    A_PAGE,
    Asked,
    Cursor,
    Line,
    fields_of,
    page,
    refuse_who_may_not,
)
from salesops.records.models import KEPT, Change, Seal, Seen, User
from salesops.records.seen import ACTS
from salesops.web.export import as_asked
from salesops.web.pages.audit import words
from salesops.web.pages.keeping import typed
from salesops.web.pages.keeping.facts import title_of
from salesops.web.pages.keeping.record_page import actor_of, reading

EXPORTED_AT_ONCE = 500
CHANGES = (
    "at_utc", "who", "from", "done", "change", "reason", "kind", "id", "name", "field", "old", "new",
)  # fmt: skip
LOOKS = ("at_utc", "who", "from", "act", "kind", "id", "what")


def audit(request: HttpRequest) -> HttpResponseBase:
    """Who changed what, the newest first."""
    actor = actor_of(request)
    refuse_who_may_not(actor)
    currency, zone = reading()
    problem, asked, after = "", Asked(), None
    try:
        asked = asked_of(request.GET, zone)
        after = _cursor(request.GET.get("after", ""))
        if request.GET.get("export") == "csv":
            return as_asked(request, "audit log", CHANGES, _exported(actor, asked, currency))
        found = page(asked, after)
    except Refusal as refusal:
        problem, found = str(refusal), page(Asked())
    context = {
        "on": "changes",
        "problem": problem,
        "lines": words.told(actor, found.lines, currency),
        "after": _written(found.after) if found.after else "",
        "looked_to": found.looked_to,
        "is_first": not after,
        "zone": zone,
        "asked": request.GET.dict(),
        "is_narrowed": any(v for n, v in request.GET.items() if n != "after"),
        "people": _people(),
        "doors": words.WHERE_FROM.items(),
        "nouns": [(name, words.noun_in_words(name)) for name in KEPT],
        "fields": _fields(asked.noun),
        "change": Change.objects.filter(pk=asked.change or 0).first(),
        "seal": Seal.objects.order_by("-number").defer("digests", "keys").first(),
    }
    return render(request, "audit/audit.html", context, status=400 if problem else 200)


def seen(request: HttpRequest) -> HttpResponseBase:
    """Who saw what, the newest first."""
    actor = actor_of(request)
    refuse_who_may_not(actor)
    zone = reading()[1]
    problem, rows = "", Seen.objects.all()
    try:
        rows = _looks(request.GET, zone)
        after = request.GET.get("after", "")
        if request.GET.get("export") == "csv":
            return as_asked(request, "who saw what", LOOKS, _exported_looks(rows))
        shown = rows.filter(pk__lt=_number(after)) if after else rows
    except Refusal as refusal:
        problem, shown, after = str(refusal), rows, ""
    looks = list(shown.select_related("actor").order_by("-pk")[: A_PAGE + 1])
    names = _names(looks)
    context = {
        "on": "seen",
        "problem": problem,
        "lines": [
            (s, names.get((s.noun, s.record_id), s.record_id), words.place_of(s.noun, s.record_id))
            for s in looks[:A_PAGE]
        ],
        "after": str(looks[A_PAGE - 1].pk) if len(looks) > A_PAGE else "",
        "is_first": not after,
        "zone": zone,
        "asked": request.GET.dict(),
        "is_narrowed": any(v for n, v in request.GET.items() if n != "after"),
        "people": _people(),
        "acts": ACTS,
        "seal": Seal.objects.order_by("-number").defer("digests", "keys").first(),
    }
    return render(request, "audit/seen.html", context, status=400 if problem else 200)


def asked_of(query: Mapping[str, str], zone: str) -> Asked:
    """What the address asks for. Refuses what can be no answer."""
    noun, who = query.get("noun", ""), query.get("who", "")
    if noun and noun not in KEPT:
        raise Refusal("There is no such kind of record. Choose one of the list.")
    name = query.get("field", "")
    if name and (not noun or name not in fields_of(KEPT[noun])):
        name = ""  # of the kind that was chosen before
    change = query.get("change", "")
    since, until = _days(query, zone)
    return Asked(
        actor=_number(who) if who else None,
        door=query.get("from", "") if query.get("from", "") in words.WHERE_FROM else "",
        noun=noun,
        record=query.get("record", "").strip().replace("\0", ""),
        field=name,
        text=query.get("text", "").strip().replace("\0", ""),
        change=_number(change) if change else None,
        since=since,
        until=until,
    )


def _days(query: Mapping[str, str], zone: str) -> tuple[datetime | None, datetime | None]:
    """The first instant of the first day and the first after the last, in UTC."""
    try:
        first = typed.day("since", query.get("since", ""))
        last = typed.day("until", query.get("until", ""))
    except Unfit as unfit:
        raise Refusal(str(unfit)) from unfit
    if first and last and last < first:
        raise Refusal("The last day is before the first. Change one of them.")
    after = last + timedelta(days=1) if last and last < date.max else last
    return _midnight(first, zone), _midnight(after, zone)


def _midnight(day: date | None, zone: str) -> datetime | None:
    if day is None:
        return None
    try:
        local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone or "UTC"))
        return local.astimezone(UTC)
    except OverflowError as error:
        raise Refusal("Choose a day of this century.") from error


def _number(text: str) -> int:
    found = whole_number(text)
    if found is None:
        raise Refusal("This address is not one of the audit log's. Open the audit log again.")
    return found


def _cursor(text: str) -> Cursor | None:
    """Where a page goes on, from its address: change.123_opportunity.55."""
    if not text:
        return None
    parts = (part.partition(".") for part in text.split("_."))
    return {name: _number(key) for name, _, key in parts}


def _written(cursor: Cursor) -> str:
    return "_.".join(f"{name}.{key}" for name, key in cursor.items() if key < 2**62)


def _people() -> list[User]:
    return list(User.objects.order_by("name", "email"))


def _fields(noun: str) -> list[tuple[str, str]]:
    if not noun:
        return []
    return [(name, title_of(KEPT[noun], name)) for name in fields_of(KEPT[noun])]


def _exported(actor: User, asked: Asked, currency: str) -> Iterator[tuple[Any, ...]]:
    """A row for each field that changed, of every line that fits."""
    for lines in _all(asked):
        by_state: list[Line] = []
        for line in lines:
            if line.source != "change" or not line.counted:
                by_state.append(line)
                continue
            for states in _all(Asked(change=line.key)):
                by_state += states
        for each in words.told(actor, by_state, currency):
            yield from _rows(each)


def _all(asked: Asked) -> Iterator[list[Line]]:
    found = page(asked, size=EXPORTED_AT_ONCE)
    yield found.lines
    while found.after:
        found = page(asked, found.after, size=EXPORTED_AT_ONCE)
        yield found.lines


def _rows(line: words.Told) -> Iterator[tuple[Any, ...]]:
    change = line.change.pk if line.change else None
    done = (line.at.astimezone(UTC), line.who, line.where_from, line.done, change, line.reason)
    if not line.touched:
        yield *done, "", "", "", "", "", ""
    for record in line.touched:
        for what in record.what:
            yield *done, record.noun, record.key, record.title, what.title, what.old, what.new


def _looks(query: Mapping[str, str], zone: str) -> Any:
    rows = Seen.objects.all()
    since, until = _days(query, zone)
    if query.get("who"):
        rows = rows.filter(actor_id=_number(query["who"]))
    if query.get("act") in dict(ACTS):
        rows = rows.filter(act=query["act"])
    if query.get("record", "").strip():
        rows = rows.filter(record_id=query["record"].strip().replace("\0", ""))
    rows = rows.filter(at__gte=since) if since else rows
    return rows.filter(at__lt=until) if until else rows


def _names(looks: list[Seen]) -> dict[tuple[str, str], str]:
    """What the records are called now, deleted ones too."""
    wanted: dict[str, set[str]] = {}
    for each in looks:
        wanted.setdefault(each.noun, set()).add(each.record_id)
    found = {("request", key): f"R-{key}" for key in wanted.get("request", ())}
    for name in wanted.keys() & KEPT.keys():
        kept = KEPT[name].objects.filter(pk__in=wanted[name])
        found |= {(name, r.pk): str(r) for r in kept.only("id", "name")}
    return found


def _exported_looks(rows: Any) -> Iterator[tuple[Any, ...]]:
    for each in rows.select_related("actor").order_by("-pk").iterator(EXPORTED_AT_ONCE):
        at = each.at.astimezone(UTC)
        who = str(each.actor) if each.actor else "salesops"
        where_from = words.WHERE_FROM.get(each.door, each.door)
        act = each.get_act_display()
        yield at, who, where_from, act, each.noun, each.record_id, each.what
