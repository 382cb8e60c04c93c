"""Recurring revenue of accounts at the start and at the end of a period."""

from __future__ import annotations

from datetime import date

from salesops.kpis._definition import Facts, Need, Table, Window
from salesops.kpis._populations import only

NEVER = date(9999, 12, 31)
MONTHS_A_YEAR = 12
SPLITS = ("industry", "country", "region", "account", "person")
NEEDS = (
    Need(
        "recurring_revenue",
        "value_minor",
        "recurring revenue",
        "recurring revenue (account, start, end, monthly amount)",
    ),
)


def revenue_at_both_ends(facts: Facts, window: Window) -> Table:
    """One row an account that paid at either end: `at_start` and `at_end`, monthly, in minor units.

    Null where it did not pay then. The end of a period that still runs is the day after the reading.
    """
    import ibis

    ends = ibis.least(window.end, (window.today + ibis.interval(days=1)).cast("date"))
    paid = facts.table("recurring_revenue")
    paid = paid.select(
        "account_id", "value_minor", "starts_on", paid_to=paid.ends_on.coalesce(NEVER)
    )
    paid = paid.filter(window.start <= window.today)
    first = (paid.starts_on <= window.start) & (paid.paid_to > window.start)
    last = (paid.starts_on <= ends) & (paid.paid_to > ends)
    paid = paid.filter(first | last)
    return paid.group_by("account_id").aggregate(
        at_start=only(first, paid.value_minor).sum(), at_end=only(last, paid.value_minor).sum()
    )
