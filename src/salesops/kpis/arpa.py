"""Revenue per account: recurring revenue a month of an active account."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window
from salesops.kpis._populations import only, paying_accounts, with_account


def _rows(facts: Facts, window: Window) -> Table:
    paying = with_account(facts, paying_accounts(facts, window.today))
    return paying.mutate(
        numerator=paying.monthly,
        denominator=only(paying.monthly.notnull(), 1).cast("int64"),
        is_excluded=paying.monthly.isnull(),
    )


arpa = Kpi(
    name="arpa",
    number="65",
    title="Revenue per account",
    group="economics",
    question="What does a customer bring a month?",
    meaning="Recurring revenue a month divided by the accounts that pay, on the day of the reading.",
    formula="Σ monthly recurring revenue ÷ active accounts",
    numerator_words="monthly recurring revenue",
    denominator_words="active accounts",
    unit=Unit.MONEY,
    basis=Basis.POINT,
    better="up",
    source="NS",
    version=2,
    rows_of="account",
    rows=_rows,
    takes_where=False,
    percentiles=(50, 90),
    interval=Interval.MEAN,
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
