"""The page of a deal that is deleted: when it was, its history, and for who deleted it the way back."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from salesops.records.models import Opportunity
from salesops.records.reach import reach
from salesops.records.visibility import visible_within
from salesops.web.pages.keeping.history import history
from salesops.web.pages.keeping.record_page import Kind, actor_of, reading


def deleted_deal(request: HttpRequest, kind: Kind, key: str) -> HttpResponse | None:
    """The page, for who saw the deal when it was deleted; None for all other deals and readers."""
    actor = actor_of(request)
    there = visible_within(reach(actor), Opportunity, also_deleted=True)
    deal = there.filter(pk=key, deleted_at__isnull=False).first()
    if deal is None:
        return None
    currency, zone = reading()
    told = history(actor, deal, currency, may_edit=False, parts=kind.parts)
    latest = next((e for e in told if e.what and e.what[0].title == "Deleted"), None)
    made = latest.change if latest else None
    is_own = made is not None and made.actor_id == actor.pk and made.door != "import"
    return render(
        request,
        "keeping/gone.html",
        {
            "title": str(deal),
            "deleted_at": deal.deleted_at,
            "may_undo": is_own and latest is told[0],
            "change": made.pk if made else "",
            "undo": reverse("undo_opportunity", args=[key]),
            "history": told,
            "zone": zone,
        },
        status=HTTPStatus.GONE,
    )
