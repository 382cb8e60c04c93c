"""Closed to date: what was won in the period."""

from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window
from salesops.kpis._populations import money_of, won_in


def _rows(facts: Facts, window: Window) -> Table:
    return money_of(won_in(facts, window))


closed_to_date = Kpi(
    name="closed_to_date",
    number="forecast-1",
    title="Closed to date",
    group="forecast",
    question="How much have we won?",
    meaning="The value of opportunities won in the period.",
    formula="Σ value won",
    numerator_words="value won",
    denominator_words="won opportunities",
    unit=Unit.MONEY,
    basis=Basis.CLOSED,
    better="up",
    source="SEED",
    rows=_rows,
    is_sum=True,
    needs=(
        Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),
        Need("opportunity", "value_minor", "opportunities with an amount", "Opportunity"),
    ),
)
