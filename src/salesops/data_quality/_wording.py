"""The few conditions and needs that checks share."""

from salesops.foundations.spelling import SAYS_NOTHING
from salesops.kpis._definition import Need

OPEN = "NOT x.is_closed"
OPEN_OR_WON = "x.outcome IN ('open', 'won')"
WITHIN_A_YEAR = "x.closed_on > $today - 365"
# Text in which something is said is mostly longer than any placeholder.
EMPTY = f"(length({{0}}) < 20 AND regexp_matches({{0}}, '{SAYS_NOTHING}') OR {{0}} IS NULL)"

CLOSE_DATES = Need("opportunity", "close_date", "close dates", "Opportunity (CloseDate)")
AMOUNTS = Need("opportunity", "amount_minor", "amounts", "Opportunity (Amount)")
OWNERS = Need("opportunity", "owner_id", "owners of deals", "Opportunity (OwnerId)")
ACCOUNTS = Need("opportunity", "account_id", "accounts of deals", "Opportunity (AccountId)")


def is_empty(column: str) -> str:
    """SQL for a text in which nothing is said."""
    return EMPTY.format(column)
