"""Customer churn: of the customers at the start of the period, the share lost in it."""

from datetime import date

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import with_account

NEVER = date(9999, 12, 31)


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    known_to = ibis.least(window.end, (window.today + ibis.interval(days=1)).cast("date"))
    paid = facts.table("recurring_revenue")
    paid = paid.mutate(paid_to=paid.ends_on.coalesce(NEVER))
    paid = paid.filter(
        window.start <= window.today, paid.starts_on <= known_to, paid.paid_to > window.start
    )
    before = ibis.window(group_by="account_id", order_by=["starts_on", "id"], preceding=(None, 1))
    paid = paid.mutate(paid_before=paid.paid_to.max().over(before))
    spans = paid.group_by("account_id").aggregate(
        paid_from=paid.starts_on.min(),
        paid_to=paid.paid_to.max(),
        gaps=ones(paid.starts_on > paid.paid_before).sum(),
    )
    spans = spans.filter(spans.paid_from <= window.start)
    at_start = with_account(facts, spans)
    return at_start.mutate(
        numerator=ones((at_start.gaps > 0) | (at_start.paid_to <= known_to)),
        denominator=ones(at_start.account_id.notnull()),
    )


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
