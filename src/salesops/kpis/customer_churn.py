"""Customer churn: of the customers at the start of the period, the share lost in it."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import paying_accounts, with_account


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    start = with_account(facts, paying_accounts(facts, window.start))
    last = ibis.least(window.end, window.today)
    still = paying_accounts(facts, last).select(still_account="account_id")
    joined = start.left_join(still, start.account_id == still.still_account)
    return joined.mutate(
        numerator=ones(joined.still_account.isnull()),
        denominator=ones(joined.account_id.notnull()),
    ).drop("still_account")


customer_churn = Kpi(
    name="customer_churn",
    number="66",
    title="Customer churn",
    group="economics",
    question="How many customers do we lose?",
    meaning="Of the accounts paying at the start of the period, the share no longer paying at its end.",
    formula="customers at start lost ÷ customers at start",
    numerator_words="customers lost",
    denominator_words="customers at the start",
    unit=Unit.SHARE,
    basis=Basis.POINT,
    better="down",
    source="NS",
    pitfalls="Customers gained and lost within the period are not in it; who comes back is new.",
    rows_of="account",
    rows=_rows,
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
