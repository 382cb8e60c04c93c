"""Taking back a change of one record, and what is left to say of a record its reader sees no more."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from salesops.actions.undo_change import undo_change
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.foundations.whole_number import whole_number
from salesops.records.change import Change
from salesops.records.record import FOREVER, Version
from salesops.records.visibility import visible_to
from salesops.web.pages.files.told import files_changed
from salesops.web.pages.keeping.record_page import Attempt, Kind, actor_of, after, shown
from salesops.web.pages.working.kinds import WORKED

SINCE = "Somebody changed it since, so it stays as it is. Its history shows who."


@require_POST
def undo(request: HttpRequest, kind: Kind, key: str) -> HttpResponse:
    """Take back a change of the record, where it is its reader's to see or was taken away by them."""
    actor = actor_of(request)
    change = _change(request.POST.get("change", ""))
    is_seen = visible_to(actor, kind.noun).filter(pk=key).exists()
    state = _state(kind, key, change)
    # An import is not one record's to take back.
    is_its = state is not None and change.door != "import"
    is_of_files = is_seen and files_changed(change, kind.noun._meta.db_table, key)
    if not (is_of_files or (is_its and (is_seen or change.actor_id == actor.pk))):
        raise Http404
    problem = ""
    try:
        undone = undo_change(actor, change, system_clock)
        problem = "" if undone.records else SINCE
    except Refusal as refusal:
        problem = str(refusal)
    if not problem:
        return HttpResponseRedirect(after(actor, kind.noun, key, undone.change.pk))
    if is_seen:
        return shown(request, kind, key, Attempt(refusal=problem), 400)
    assert state is not None  # files are taken back where their record is seen
    return _left(request, kind, key, change, state, problem)


def gone(request: HttpRequest, kind: Kind, key: str) -> HttpResponse:
    """For who has just deleted a record or handed it over: that it is done, and the way back where there is one."""
    actor = actor_of(request)
    change = _change(request.GET.get("done", ""))
    state = _state(kind, key, change)
    if state is None or change.actor_id != actor.pk:
        raise Http404
    if visible_to(actor, kind.noun).filter(pk=key).exists():
        return HttpResponseRedirect(after(actor, kind.noun, key, change.pk))
    return _left(request, kind, key, change, state, "")


def _change(key: str) -> Change:
    return get_object_or_404(Change, pk=whole_number(key) or 0)


def _state(kind: Kind, key: str, change: Change) -> Version | None:
    """The last state of the record, or of a row of it, that the change made."""
    made = kind.noun.versions.objects.filter(record_id=key, opened_by=change.pk)
    of_parts = (
        part.noun.versions.objects.filter(**{part.of: key}, opened_by=change.pk)
        for part in kind.parts
    )
    found = (states.order_by("-version").first() for states in (made, *of_parts))
    return next((state for state in found if state is not None), None)


def _left(
    request: HttpRequest, kind: Kind, key: str, change: Change, state: Version, problem: str
) -> HttpResponse:
    is_deleted = state.deleted_at is not None
    noun = kind.noun._meta.db_table
    context = {
        "title": str(getattr(state, "name", None) or getattr(state, "subject", None) or key),
        "noun": noun,
        "is_deleted": is_deleted,
        "problem": problem,
        "change": change.pk,
        "may_undo": is_deleted and state.ends_at == FOREVER and not problem,
        "undo": reverse(f"undo_{noun}", args=[key]),
        "deleted_list": reverse("deleted_records", args=[noun])
        if is_deleted and noun in WORKED
        else "",
    }
    return render(request, "keeping/gone.html", context, status=400 if problem else 200)
