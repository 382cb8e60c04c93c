"""What was deleted of each kind, as far as its reader may see it: when, by whom and why, and the way back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from salesops.actions.restore_record import restore_record
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.duplicate import Merge
from salesops.records.models import Opportunity
from salesops.records.reach import Reach, reach
from salesops.records.record import Record, Version
from salesops.records.user import User
from salesops.records.visibility import editable_within, visible_within
from salesops.web.pages.audit import words
from salesops.web.pages.keeping import facts
from salesops.web.pages.keeping.declared import heading
from salesops.web.pages.keeping.record_page import actor_of, after, place, reading
from salesops.web.pages.working.kinds import WORKED
from salesops.web.paging import page_of, paged

A_PAGE = 50
NAMED_BY = ("name", "subject")


@dataclass(frozen=True)
class Gone:
    """A deleted record. `owner` is whose it was, `place` where its history is told, `why` what was said of the deletion;
    each empty where there is none."""

    key: str
    title: str
    place: str
    owner: str
    at: datetime
    who: str
    why: str
    may_come_back: bool


def deleted_records(request: HttpRequest, name: str) -> HttpResponse:
    """The deleted records of a kind, the last one first, and one of them brought back."""
    kind, actor = WORKED.get(name), actor_of(request)
    if kind is None:
        raise Http404
    if request.method != "POST":
        return _shown(request, actor, kind.noun, "", 200)
    key = request.POST.get("key", "").replace("\0", "")
    there = visible_within(reach(actor), kind.noun, also_deleted=True)
    if not there.filter(pk=key).exists():
        raise Http404
    try:
        change = restore_record(actor, kind.noun, key, system_clock)
    except Refusal as refusal:
        return _shown(request, actor, kind.noun, str(refusal), 403)
    return HttpResponseRedirect(after(actor, kind.noun, key, change.pk))


def _shown(
    request: HttpRequest, actor: User, noun: type[Record], problem: str, status: int
) -> HttpResponse:
    scope, name = reach(actor), noun._meta.db_table
    found, text = deleted_within(scope, noun), request.GET.get("q", "").replace("\0", "").strip()
    named_by = next((c for c in NAMED_BY if hasattr(noun, c)), "")
    if text and named_by:
        found = found.filter(**{f"{named_by}__icontains": text})
    page = page_of(request)
    rows = list(found.order_by("-deleted_at", "pk")[(page - 1) * A_PAGE : page * A_PAGE + 1])
    tabs = [
        (other, kind.title)
        for other, kind in WORKED.items()
        if other == name or deleted_within(scope, kind.noun).exists()
    ]
    context = {
        "name": name,
        "kind": WORKED[name],
        "tabs": tabs,
        "gone": _told(actor, scope, noun, rows[:A_PAGE]),
        "text": text,
        "is_searched": bool(named_by),
        "problem": problem,
        "zone": reading()[1],
        **paged(page, rows, A_PAGE),
    }
    return render(request, "keeping/deleted.html", context, status=status)


def deleted_within(scope: Reach, noun: type[Record]) -> QuerySet[Any]:
    """Those that were deleted; what lives on in what it was merged into is not."""
    merges = Merge.objects.filter(noun=noun._meta.db_table, ended_by=None)
    gone = visible_within(scope, noun, also_deleted=True).filter(deleted_at__isnull=False)
    return gone.exclude(pk__in=merges.values("loser"))


def _told(actor: User, scope: Reach, noun: type[Record], rows: Sequence[Any]) -> list[Gone]:
    keys = [row.pk for row in rows]
    back = editable_within(scope, noun, also_deleted=True).filter(pk__in=keys)
    theirs = set(back.values_list("pk", flat=True))
    names, made, currency = facts.names_of(actor, noun, rows), _deletions(noun, rows), reading()[0]
    told = []
    for row in rows:
        change = made.get(row.pk)
        own = getattr(row, "currency", None) or currency
        is_named = any(getattr(row, c, None) for c in NAMED_BY) or noun is Opportunity
        told.append(
            Gone(
                key=row.pk,
                title=str(row) if is_named else heading(actor, row, own, names),
                place=place(noun, row.pk) if noun is Opportunity else "",
                owner=names.get("person", {}).get(getattr(row, "owner_id", None) or "", ""),
                at=row.deleted_at,
                who=words.who(change),
                why=_why(change, row),
                may_come_back=row.pk in theirs,
            )
        )
    return told


def _deletions(noun: type[Record], rows: Iterable[Any]) -> dict[str, Change]:
    """By key the change that deleted each record; none where something went around the actions."""
    deleted_at = {row.pk: row.deleted_at for row in rows}
    states = noun.versions.objects.filter(record_id__in=deleted_at, deleted_at__isnull=False)
    first: dict[str, Version] = {}
    for state in states.order_by("version"):
        if state.deleted_at == deleted_at[state.record_id]:
            first.setdefault(state.record_id, state)
    changes = Change.objects.select_related("actor").in_bulk(s.opened_by for s in first.values())
    return {
        key: changes[state.opened_by] for key, state in first.items() if state.opened_by in changes
    }


def _why(change: Change | None, record: Record) -> str:
    if change is None:
        return ""
    if change.reason:
        return f"“{change.reason}”"
    if change.verb == "import_rows":
        return f"Deleted in {record.origin or 'its source'}"
    return "Its creation was undone" if change.verb == "undo_change" else ""
