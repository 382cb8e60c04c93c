"""Customer churn: of the customers at the start of the period, the share lost in it."""

from datetime import date
from typing import Any

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import with_account

NEVER = date(9999, 12, 31)


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    known_to = ibis.least(window.end, (window.today + ibis.interval(days=1)).cast("date"))
    paid = facts.table("recurring_revenue")
    paid = paid.select("account_id", "starts_on", paid_to=paid.ends_on.coalesce(NEVER))
    paid = paid.filter(
        window.start <= window.today, paid.starts_on <= known_to, paid.paid_to > window.start
    )
    at_start = paid.filter(paid.starts_on <= window.start).select("account_id").distinct()
    lost = _stopped(paid, known_to)
    joined = at_start.left_join(lost, at_start.account_id == lost.lost_account)
    joined = joined.mutate(
        numerator=ones(joined.lost_account.notnull()),
        denominator=ones(joined.account_id.notnull()),
    ).drop("lost_account")
    return with_account(facts, joined)


def _stopped(paid: Table, known_to: Any) -> Table:
    """Accounts with a day on which something paid until then had ended and nothing else was paid."""
    ended = paid.filter(paid.paid_to <= known_to)
    ended = ended.select(lost_account="account_id", stopped_on="paid_to")
    stopped = ended.anti_join(
        paid,
        [
            ended.lost_account == paid.account_id,
            paid.starts_on <= ended.stopped_on,
            paid.paid_to > ended.stopped_on,
        ],
    )
    return stopped.select("lost_account").distinct()


customer_churn = Kpi(
    name="customer_churn",
    number="66",
    title="Customer churn",
    group="economics",
    question="How many customers do we lose?",
    meaning="Of the accounts paying at the start of the period, the share that stopped paying within it.",
    formula="customers at start lost ÷ customers at start",
    numerator_words="customers lost",
    denominator_words="customers at the start",
    unit=Unit.SHARE,
    basis=Basis.POINT,
    better="down",
    source="NS",
    version=2,
    pitfalls="Customers gained and lost within the period are not in it; who stops and comes back is lost, and then new.",
    rows_of="account",
    rows=_rows,
    takes_where=False,
    interval=Interval.SHARE,
    needs=(
        Need(
            "recurring_revenue",
            "value_minor",
            "recurring revenue",
            "recurring revenue (account, start, end, monthly amount)",
        ),
    ),
    splits=("industry", "country", "region", "account", "person"),
)
