"""Taking back in a list what was done in it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from salesops.actions.undo_change import Undone, undo_change
from salesops.data_quality import CHECKS
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.foundations.whole_number import whole_number
from salesops.records.change import Change
from salesops.web.books import whole_book
from salesops.web.pages.keeping.record_page import Attempt, actor_of
from salesops.web.pages.keeping.undoing import SINCE
from salesops.web.pages.working import board
from salesops.web.pages.working.board import BOARD
from salesops.web.pages.working.kinds import WORKED, Worked, with_own_fields, worklist_of
from salesops.web.pages.working.lists import ROW, back_to, said_done, shown
from salesops.web.pages.working.rows import Opened
from salesops.web.pages.working.views import SAID


@require_POST
def undo(request: HttpRequest, name: str) -> HttpResponse:
    """Take back a change of one row that its reader made, and show the list as it was left."""
    kind, actor = worked(name, request.POST.get("on", "")), actor_of(request)
    number, key = whole_number(request.POST.get("change", "")) or 0, request.POST.get("key", "")
    change = get_object_or_404(Change.objects.exclude(door="import"), pk=number, actor=actor)
    request.GET = QueryDict(request.POST.get("back", ""))
    try:
        undone = undo_change(actor, change, system_clock)
        problem = "" if undone.records else SINCE
        if undone.records and not key:
            request.session[SAID] = {"change": 0, "said": _many_said(undone)}
    except Refusal as refusal:
        problem = str(refusal)
    is_board = request.POST.get("on") == "board"
    if is_board and not problem:
        query = request.GET.copy()
        query["done"], query["at"] = str(undone.change.pk), key
        return HttpResponseRedirect(f"{BOARD}?{query.urlencode()}")
    if is_board:
        return board.shown(request, actor, "", Attempt(refusal=problem), None, 400)
    if problem:
        return shown(request, kind, Opened(key, Attempt(refusal=problem)), None, key, 400)
    if request.headers.get(ROW):
        done = said_done(actor, kind, str(undone.change.pk), key)
        return shown(request, kind, Opened(), done, key)
    return HttpResponseRedirect(back_to(request, kind, undone.change.pk, key))


def _many_said(undone: Undone) -> str:
    said = f"Undone: {undone.records:,} are as they were."
    return said + (f" {len(undone.stay):,} were changed since and stay." if undone.stay else "")


def worked(name: str, on: str = "") -> Worked:
    """The list of that name, or of what the check named by `on` finds in it."""
    if name not in WORKED:
        raise Http404
    check = CHECKS.get(on)
    if check is None or check.table != name:
        return with_own_fields(WORKED[name])
    return with_own_fields(worklist_of(check, whole_book()) or WORKED[name])
