"""Opportunities: the list."""

from django.http import HttpRequest, HttpResponseBase

from salesops.book.listing import ListColumn, Listing
from salesops.web.pages.records.lists import list_page

LISTING = Listing(
    table="opportunity",
    joins="LEFT JOIN account a ON a.id = x.account_id LEFT JOIN person p ON p.id = x.owner_id "
    "LEFT JOIN product d ON d.id = x.product_id",
    columns=(
        ListColumn("name", "Opportunity", "coalesce(x.name, x.id)"),
        ListColumn("account", "Account", "a.name"),
        ListColumn("owner", "Owner", "p.name"),
        ListColumn("team", "Team", "x.team"),
        ListColumn("stage", "Stage", "x.stage", narrow=True),
        ListColumn("outcome", "Outcome", "x.outcome", "choice", shown=False),
        ListColumn("value", "Value", "x.value_minor", "money", narrow=True),
        ListColumn("close_date", "Close date", "x.close_date", "date"),
        ListColumn("created_on", "Created", "x.created_on", "date"),
        ListColumn("source", "Source", "x.source", shown=False),
        ListColumn("type", "Type", "x.type", shown=False),
        ListColumn("product", "Product", "d.name", shown=False),
        ListColumn(
            "forecast_category", "Forecast category", "x.forecast_category", "choice", shown=False
        ),
        ListColumn("next_step", "Next step", "x.next_step", shown=False),
        ListColumn("loss_reason", "Loss reason", "x.loss_reason", shown=False),
        ListColumn("currency", "Currency", "x.currency", shown=False),
    ),
    search=("x.name", "a.name", "p.name", "x.id"),
    facets=("outcome", "stage", "team", "owner", "source"),
    order="x.is_closed, x.close_date DESC NULLS LAST, x.id",
    summed="x.value_minor",
)


def opportunities(request: HttpRequest) -> HttpResponseBase:
    """Every deal, open ones first."""
    return list_page(request, LISTING, "Opportunities", "/opportunities/")
