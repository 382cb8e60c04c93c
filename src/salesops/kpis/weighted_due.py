"""Weighted pipeline due: weighted pipeline with a close date in the period."""

from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window
from salesops.kpis._populations import open_qualified, weighted, within


def _rows(facts: Facts, window: Window) -> Table:
    deals = open_qualified(facts)
    return weighted(facts, deals.filter(within(deals.close_date, window)))


weighted_due = Kpi(
    name="weighted_due",
    number="forecast-2",
    title="Weighted pipeline due",
    group="forecast",
    question="What may still close in the period?",
    meaning="Open qualified opportunities due in the period, each at its value times the chance its stage has had here.",
    formula="Σ value due × chance of the stage",
    numerator_words="weighted value due",
    denominator_words="open opportunities due",
    unit=Unit.MONEY,
    basis=Basis.POINT,
    better="up",
    source="OWN",
    rows=_rows,
    is_sum=True,
    needs=(
        Need("opportunity", "value_minor", "opportunities with an amount", "Opportunity"),
        Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),
    ),
    needs_history=True,
)
