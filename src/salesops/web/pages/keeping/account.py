"""An account as it is kept: its facts, those of its deals and people its reader may see, and its history."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from salesops.actions.create_record import may_create
from salesops.records.models import Account, Contact, Opportunity
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.web.pages.files.told import files_of
from salesops.web.pages.keeping.declared import referring
from salesops.web.pages.keeping.record_page import Kind, page
from salesops.web.pages.tasks.activity import about_address, activities_of

MOST = 100
MOST_DEALS = 1_000  # whose activities are shown with the account's own


def _beside(actor: User, account: Account, currency: str) -> dict[str, Any]:
    deals = visible_to(actor, Opportunity).filter(account=account.pk)
    contacts = visible_to(actor, Contact).filter(account=account.pk)
    return {
        "may_create": may_create(actor, Opportunity),
        "deal_count": deals.count(),
        "deals": [(d, d.currency or currency) for d in deals.order_by("-close_date", "pk")[:MOST]],
        **activities_of(
            actor,
            # The keys themselves, so that a database finds them by its two indexes.
            Q(account=account.pk)
            | Q(opportunity__in=list(deals.values_list("pk", flat=True)[:MOST_DEALS])),
            about_address("account", account.pk),
        ),
        **files_of(actor, "account", account.pk),
        "referring": referring(actor, account),
        "new_contact": f"{reverse('new_record', args=['contact'])}?{urlencode({'account_id': account.pk})}"
        if may_create(actor, Contact)
        else "",
        "contacts": contacts.order_by("name", "pk")[:MOST],
    }


ACCOUNT = Kind(Account, "keeping/account.html", _beside)


def account(request: HttpRequest, key: str) -> HttpResponse:
    """The account with that id."""
    return page(request, ACCOUNT, key)
