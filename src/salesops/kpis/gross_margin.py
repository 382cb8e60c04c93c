"""Gross margin: what is left of recurring revenue after the cost of serving."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window
from salesops.kpis._populations import paying_accounts, with_account


def _rows(facts: Facts, window: Window) -> Table:
    paying = with_account(facts, paying_accounts(facts, window.today))
    return paying.mutate(
        numerator=paying.margin,
        denominator=paying.monthly_known,
        is_excluded=paying.monthly_known.isnull(),
    )


gross_margin = Kpi(
    name="gross_margin",
    number="68a",
    title="Gross margin",
    group="economics",
    question="What is left after serving a customer?",
    meaning="Recurring revenue after the cost of serving, as a share of the revenue whose margin is known.",
    formula="Σ monthly revenue × margin ÷ Σ monthly revenue",
    numerator_words="monthly margin",
    denominator_words="monthly revenue",
    unit=Unit.SHARE,
    sums=(Unit.MONEY, Unit.MONEY),
    basis=Basis.POINT,
    better="up",
    source="SK",
    version=2,
    rows_of="account",
    rows=_rows,
    takes_where=False,
    interval=Interval.RATIO,
    needs=(
        Need(
            "recurring_revenue",
            "gross_margin",
            "gross margins",
            "recurring revenue with a gross margin",
        ),
    ),
    splits=("industry", "country", "region", "account", "person"),
)
