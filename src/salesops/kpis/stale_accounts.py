"""Stale accounts: the share of active accounts of which nothing was recorded for ninety days."""

from typing import Any

from salesops.kpis._definition import (
    SECONDS_A_DAY,
    Basis,
    Facts,
    Interval,
    Kpi,
    Need,
    Table,
    Unit,
    Window,
    ones,
)
from salesops.kpis._populations import seconds
from salesops.kpis._stays import last_moved

DAYS = 90
WON_WITHIN = 365  # days in which a won opportunity makes an account an active one


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    deals = facts.whole("opportunity")
    deals = deals.filter(deals.account_id.notnull())
    since = (window.today - ibis.interval(days=WON_WITHIN)).cast("date")
    is_active = ~deals.is_closed | (deals.is_won & (deals.closed_on > since))
    buyers = deals.group_by("account_id").aggregate(active=ones(is_active).max())
    buyers = buyers.filter(buyers.active == 1).select(buyer="account_id")
    moved = last_moved(facts, deals)
    moved = deals.inner_join(moved, deals.id == moved.moved_deal)
    moved = moved.group_by("account_id").aggregate(moved_at=moved.moved_at.max())
    moved = moved.select("moved_at", moved_account="account_id")
    met = _met(facts, deals, window)
    accounts = facts.table("account")
    active = accounts.semi_join(buyers, accounts.id == buyers.buyer)
    joined = active.left_join(moved, active.id == moved.moved_account)
    joined = joined.left_join(met, joined.id == met.met_account)
    last = _latest(joined.moved_at, joined.met_at, joined.created_at)
    still = seconds(window.as_of) - seconds(last)
    return joined.mutate(
        account_id=joined.id,
        numerator=ones(still > DAYS * SECONDS_A_DAY),
        denominator=ones(joined.id.notnull()),
    ).drop("moved_account", "moved_at", "met_account", "met_at")


def _met(facts: Facts, deals: Table, window: Window) -> Table:
    """When something was last done for each account or one of its deals, as `met_at`."""
    done = facts.whole("activity")
    done = done.filter(done.is_done, done.occurred_at <= window.as_of)
    done = done.select("occurred_at", "account_id", of_deal="opportunity_id")
    buyers = deals.select(deal_id="id", deal_account="account_id")
    done = done.left_join(buyers, done.of_deal == buyers.deal_id)
    done = done.mutate(met_account=done.account_id.coalesce(done.deal_account))
    done = done.filter(done.met_account.notnull())
    return done.group_by("met_account").aggregate(met_at=done.occurred_at.max())


def _latest(*instants: Any) -> Any:
    """The last of those that are known; engines disagree on the greatest of a null and an instant."""
    import ibis

    known = ibis.coalesce(*instants)
    return ibis.greatest(*(instant.coalesce(known) for instant in instants))


stale_accounts = Kpi(
    name="stale_accounts",
    number="94",
    title="Stale accounts",
    group="data",
    question="Of how many accounts have we heard nothing?",
    meaning="Of the accounts with an open opportunity, or with one won within a year, the share of which nothing was recorded for 90 days: no activity, and no opportunity that came, or changed its stage, amount or close date.",
    formula="nothing recorded for 90 days ÷ active accounts",
    numerator_words="stale accounts",
    denominator_words="active accounts",
    unit=Unit.SHARE,
    basis=Basis.POINT,
    better="down",
    source="DAMA",
    pitfalls="What anybody here did counts, whoever looks. A new owner is no sign of life, so handing over accounts mends nothing; moving many close dates at once seems to. What nobody records did not happen.",
    rows_of="account",
    rows=_rows,
    takes_where=False,
    interval=Interval.SHARE,
    needs=(
        Need("opportunity", "account_id", "opportunities with accounts", "Opportunity"),
        Need("activity", "account_id", "activities with accounts", "Task and Event"),
    ),
    needs_history=True,
    splits=("industry", "country", "region", "account", "person"),
)
