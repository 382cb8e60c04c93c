"""Average deal size: what a won opportunity is worth."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window
from salesops.kpis._populations import money_of, won_in


def _rows(facts: Facts, window: Window) -> Table:
    return money_of(won_in(facts, window))


average_deal_size = Kpi(
    name="average_deal_size",
    number="37",
    title="Average deal size",
    group="size",
    question="How big is a deal?",
    meaning="The value of opportunities won in the period divided by their number; the median stands beside it.",
    formula="Σ value won ÷ won",
    numerator_words="value won",
    denominator_words="won opportunities with an amount",
    unit=Unit.MONEY,
    basis=Basis.CLOSED,
    better="up",
    source="MK",
    pitfalls="One very large deal moves the mean; the median does not follow it.",
    rows=_rows,
    percentiles=(50, 90),
    interval=Interval.MEAN,
    needs=(
        Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),
        Need("opportunity", "value_minor", "opportunities with an amount", "Opportunity"),
    ),
)
