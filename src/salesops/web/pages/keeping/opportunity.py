"""A deal as it is kept: its facts, its life as the book has it, its products, its credit, its activities and its history."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from salesops.records.models import (
    Opportunity,
    OpportunityLine,
    OpportunitySplit,
    Person,
    PipelineStage,
    Product,
)
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.web.books import manifest, whole_book
from salesops.web.pages.keeping.record_page import Kind, page
from salesops.web.pages.records.opportunity import life_in_book
from salesops.web.pages.tasks.activity import about_address, activities_of


def _beside(actor: User, deal: Opportunity, currency: str) -> dict[str, Any]:
    of_it = {"opportunity": deal.pk}
    lines = list(visible_to(actor, OpportunityLine).filter(**of_it).order_by("-amount_minor"))
    splits = list(visible_to(actor, OpportunitySplit).filter(**of_it).order_by("-share"))
    products = Product.objects.in_bulk([each.product_id for each in lines if each.product_id])
    persons = Person.objects.in_bulk([s.person_id for s in splits if s.person_id])
    stage = (
        visible_to(actor, PipelineStage).filter(pipeline=deal.pipeline, stage=deal.stage).first()
    )
    drawn = life_in_book(whole_book(), deal.pk) if manifest() else {}
    return drawn | {
        "outcome": stage.outcome if stage else "",
        "lines": [
            {
                "product": products.get(each.product_id, each.product_id),
                "quantity": each.quantity,
                "amount": each.amount_minor,
                "currency": each.currency or deal.currency or currency,
            }
            for each in lines
        ],
        "splits": [
            {
                "person": persons.get(s.person_id, s.person_id),
                "percent": "n/a" if s.share is None else f"{s.share * 100:.0f} %",
                "is_overlay": s.is_overlay,
            }
            for s in splits
        ],
        **activities_of(actor, Q(**of_it), about_address("opportunity", deal.pk)),
    }


OPPORTUNITY = Kind(Opportunity, "keeping/opportunity.html", _beside)


def opportunity(request: HttpRequest, key: str) -> HttpResponse:
    """The deal with that id."""
    return page(request, OPPORTUNITY, key)
