"""My tasks: what one has to do, overdue first; done by one key or click, and undone."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from salesops.actions.create_record import may_create
from salesops.actions.edit_record import edit_record
from salesops.actions.undo_change import undo_change
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.foundations.whole_number import whole_number
from salesops.records.change import Change
from salesops.records.models import Activity, ActivityVersion
from salesops.records.open_tasks import open_tasks
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.records.zone import organisation_zone
from salesops.web.pages.tasks import due

_SINCE = "Somebody changed it since, so it stays as it is. Its history shows who."


def tasks(request: HttpRequest) -> HttpResponse:
    """What the reader has to do."""
    actor, zone = _actor(request), organisation_zone()
    found = open_tasks(actor)
    return render(
        request,
        "tasks/tasks.html",
        {
            "groups": due.grouped(due.lines(actor, found[: due.MOST], system_clock(), zone)),
            "task_count": found.count(),
            "most": due.MOST,
            "may_add": may_create(actor, Activity),
            "is_somebody": actor.person_id is not None,
            "here": request.path,
            "zone": zone,
        },
    )


@require_POST
def done(request: HttpRequest, key: str) -> HttpResponse:
    """What was planned has happened, now."""
    actor = _actor(request)
    found = visible_to(actor, Activity).filter(pk=key).first()
    if found is None:
        raise Http404
    back = way_back(request.POST.get("back", ""))
    if found.is_done:
        return HttpResponseRedirect(back)
    now = {"is_done": True, "occurred_at": system_clock()}
    change = edit_record(actor, Activity, key, now, system_clock)
    return HttpResponseRedirect(with_word_of(back, change))


@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Take back what one has just done with an activity."""
    actor = _actor(request)
    change = get_object_or_404(Change, pk=_number(request.POST.get("change", "")), actor=actor)
    if not ActivityVersion.objects.filter(opened_by=change.pk).exists():
        raise Http404
    undone = undo_change(actor, change, system_clock)
    if not undone.records:
        raise Refusal(_SINCE)
    return HttpResponseRedirect(with_word_of(way_back(request.POST.get("back", "")), undone.change))


def word_of(request: HttpRequest, actor: User) -> dict[str, Any] | None:
    """What the reader has just done with an activity (`?did=`), in words, with the way back."""
    change = Change.objects.filter(pk=_number(request.GET.get("did", "")), actor=actor).first()
    state = (
        ActivityVersion.objects.filter(opened_by=change.pk).order_by("-version").first()
        if change
        else None
    )
    if change is None or state is None:
        return None
    title = state.subject or state.kind or ""
    if change.undoes_id:
        said = "Undone"
    elif change.verb == "create_activity":
        said = "Logged" if state.is_done else "Planned"
    else:
        said = "Done" if state.is_done else "Changed"
    is_undone = change.undone_by.exists()
    return {
        "said": f"{said}: {title}.",
        "change": "" if change.undoes_id or is_undone else change.pk,
        "back": request.path,
    }


def way_back(asked: str) -> str:
    """An address of this server, without what was said there; My tasks where none was given."""
    is_ours = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, None)
    return asked.split("?")[0] if is_ours else reverse("tasks")


def with_word_of(address: str, change: Change) -> str:
    """The address of a page that then says what the change did."""
    return f"{address}?{urlencode({'did': change.pk})}"


def _number(text: str) -> int:
    return whole_number(text) or 0


def _actor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
