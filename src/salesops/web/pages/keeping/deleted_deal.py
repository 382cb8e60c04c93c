"""The page of a deal that is deleted: when it was, its history, and for who may edit it the way back."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from salesops.records.models import Opportunity
from salesops.records.reach import reach
from salesops.records.visibility import editable_within, visible_within
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
    theirs = editable_within(reach(actor), Opportunity, also_deleted=True)
    return render(
        request,
        "keeping/gone.html",
        {
            "title": str(deal),
            "deleted_at": deal.deleted_at,
            "noun": "opportunity",
            "deleted_list": reverse("deleted_records", args=["opportunity"]),
            "comes_back": key if theirs.filter(pk=key).exists() else "",
            "history": history(actor, deal, currency, may_edit=False, parts=kind.parts),
            "zone": zone,
        },
        status=HTTPStatus.GONE,
    )
