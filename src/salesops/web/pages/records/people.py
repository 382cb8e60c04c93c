"""People: the list."""

from django.http import HttpRequest, HttpResponseBase

from salesops.book.listing import ListColumn, Listing
from salesops.web.pages.records.lists import list_page

LISTING = Listing(
    table="person",
    joins="LEFT JOIN person m ON m.id = x.manager_id LEFT JOIN ("
    "SELECT owner_id, count(*) FILTER (is_won) AS won, count(*) FILTER (is_closed) AS closed, "
    "count(*) FILTER (NOT is_closed) AS open, sum(value_minor) FILTER (is_won) AS won_minor, "
    "sum(value_minor) FILTER (NOT is_closed) AS open_minor FROM opportunity GROUP BY 1) o ON o.owner_id = x.id",
    columns=(
        ListColumn("name", "Person", "coalesce(x.name, x.id)"),
        ListColumn("team", "Team", "x.team", narrow=True),
        ListColumn("title", "Title", "x.title"),
        ListColumn("manager", "Manager", "m.name"),
        ListColumn("won", "Won deals", "o.won", "count"),
        ListColumn("closed", "Closed deals", "o.closed", "count"),
        ListColumn("won_value", "Won", "CAST(o.won_minor AS BIGINT)", "money", narrow=True),
        ListColumn("open", "Open deals", "o.open", "count"),
        ListColumn("open_value", "Open pipeline", "CAST(o.open_minor AS BIGINT)", "money"),
        ListColumn("is_active", "Active", "x.is_active", "yes"),
        ListColumn("hired_on", "Since", "x.hired_on", "date", shown=False),
        ListColumn("left_on", "Until", "x.left_on", "date", shown=False),
        ListColumn("email", "Mail", "x.email", shown=False),
        ListColumn("region", "Region", "x.region", shown=False),
    ),
    search=("x.name", "x.email", "x.id"),
    facets=("team", "title"),
    order="o.won_minor DESC NULLS LAST, x.name, x.id",
    summed="o.won_minor",
    total_words="won",
)


def people(request: HttpRequest) -> HttpResponseBase:
    """Everybody who owns or leads."""
    return list_page(request, LISTING, "People", "/people/")
