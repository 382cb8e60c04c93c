"""A deal as it is kept: its facts, its life as the book has it, what belongs to it, its activities and its history."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from salesops.records.models import Opportunity, OpportunityLine, OpportunitySplit, PipelineStage
from salesops.records.user import User
from salesops.records.visibility import visible_to
from salesops.web.books import manifest, whole_book
from salesops.web.pages.files.told import files_of
from salesops.web.pages.keeping import parts
from salesops.web.pages.keeping.declared import referring
from salesops.web.pages.keeping.deleted_deal import deleted_deal
from salesops.web.pages.keeping.lines import CONTACTS, CREDIT, LINES, sum_of_credit, sum_of_lines
from salesops.web.pages.keeping.record_page import Kind
from salesops.web.pages.records.opportunity import life_in_book
from salesops.web.pages.tasks.activity import about_address, activities_of


def _beside(actor: User, deal: Opportunity, currency: str) -> dict[str, Any]:
    of_it = {"opportunity": deal.pk}
    lines = list(visible_to(actor, OpportunityLine).filter(**of_it))
    splits = list(visible_to(actor, OpportunitySplit).filter(**of_it))
    stage = (
        visible_to(actor, PipelineStage).filter(pipeline=deal.pipeline, stage=deal.stage).first()
    )
    drawn = life_in_book(whole_book(), deal.pk) if manifest() else {}
    return drawn | {
        "outcome": stage.outcome if stage else "",
        "of_lines": sum_of_lines(deal, lines, currency),
        "of_credit": sum_of_credit(splits),
        **activities_of(actor, Q(**of_it), about_address("opportunity", deal.pk)),
        **files_of(actor, "opportunity", deal.pk),
        "referring": referring(actor, deal),
    }


OPPORTUNITY = parts.with_rows(
    Kind(Opportunity, "keeping/opportunity.html", _beside, (CONTACTS, LINES, CREDIT))
)


def opportunity(request: HttpRequest, key: str) -> HttpResponse:
    """The deal with that id, also where it is deleted."""
    gone = deleted_deal(request, OPPORTUNITY, key) if request.method == "GET" else None
    return gone or parts.page(request, OPPORTUNITY, key)
