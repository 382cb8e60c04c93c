"""What each stage asks in an office: everybody sees it, who may change settings says it, and who, when and why is kept."""

from __future__ import annotations

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from salesops.actions.change_settings import (
    applying,
    change_settings,
    edition_of,
    may_change_settings,
    refuse_who_may_not,
)
from salesops.book.settings import load_settings
from salesops.foundations.clock import system_clock
from salesops.foundations.problem import Refusal
from salesops.records.change import LONGEST_REASON
from salesops.web.books import whole_book
from salesops.web.pages.keeping.record_page import actor_of
from salesops.web.pages.pipeline.sales_process import said_in, shown
from salesops.web.pages.settings.in_office import going_on, progress


def sales_process(request: HttpRequest) -> HttpResponse:
    """The page; a change is in force once a worker has put it with the settings of the book."""
    actor, going, problem = actor_of(request), applying(), ""
    if "part" in request.GET:
        return progress(request, going, request.path, "saved")
    book = whole_book()
    if request.method == "POST":
        refuse_who_may_not(actor)
        try:
            folder = django_settings.SALESOPS_BOOK
            said = {"sales_process": said_in(request.POST, book)}
            change_settings(
                actor,
                folder,
                load_settings(folder).model_copy(update=said),
                system_clock,
                seen=request.POST.get("seen", ""),
                reason=request.POST.get("reason", ""),
            )
            return HttpResponseRedirect(f"{request.path}?saved=1")
        except Refusal as refusal:
            problem = str(refusal)
    return shown(
        request,
        book,
        problem,
        may_edit=may_change_settings(actor),
        seen=edition_of(book.settings),
        asks_reason=True,
        longest_reason=LONGEST_REASON,
        here=request.path,
        **going_on(request, going),
    )
