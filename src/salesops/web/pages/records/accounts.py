"""Accounts: the list."""

from django.http import HttpRequest, HttpResponseBase

from salesops.book.listing import ListColumn, Listing
from salesops.web.pages.records.lists import list_page

LISTING = Listing(
    table="account",
    joins="LEFT JOIN person p ON p.id = x.owner_id LEFT JOIN ("
    "SELECT account_id, count(*) FILTER (is_won) AS won, count(*) FILTER (NOT is_closed) AS open, "
    "sum(value_minor) FILTER (is_won) AS won_minor, sum(value_minor) FILTER (NOT is_closed) AS open_minor "
    "FROM opportunity GROUP BY 1) o ON o.account_id = x.id",
    columns=(
        ListColumn("name", "Account", "coalesce(x.name, x.id)"),
        ListColumn("industry", "Industry", "x.industry"),
        ListColumn("country", "Country", "x.country"),
        ListColumn("owner", "Owner", "p.name"),
        ListColumn("won", "Won deals", "o.won", "count"),
        ListColumn("won_value", "Won", "CAST(o.won_minor AS BIGINT)", "money", narrow=True),
        ListColumn("open", "Open deals", "o.open", "count"),
        ListColumn(
            "open_value", "Open pipeline", "CAST(o.open_minor AS BIGINT)", "money", narrow=True
        ),
        ListColumn("customer_since", "Customer since", "x.customer_since", "date"),
        ListColumn("employees", "Employees", "x.employees", "count", shown=False),
        ListColumn("region", "Region", "x.region", shown=False),
        ListColumn("type", "Type", "x.type", shown=False),
        ListColumn("website", "Website", "x.website", shown=False),
    ),
    search=("x.name", "x.website", "x.id"),
    facets=("industry", "country"),
    order="o.won_minor DESC NULLS LAST, x.name, x.id",
    summed="o.won_minor",
    total_words="won",
)


def accounts(request: HttpRequest) -> HttpResponseBase:
    """Every account, the largest customers first."""
    return list_page(request, LISTING, "Accounts", "/accounts/")
