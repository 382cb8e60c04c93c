"""Pipeline due: what open qualified opportunities with a close date in the period are worth."""

from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window
from salesops.kpis._populations import money_of, open_qualified, within


def _rows(facts: Facts, window: Window) -> Table:
    deals = open_qualified(facts)
    return money_of(deals.filter(within(deals.close_date, window)))


pipeline_due = Kpi(
    name="pipeline_due",
    number="23a",
    title="Pipeline due",
    group="pipeline",
    question="How much is meant to close in the period?",
    meaning="The value of open qualified opportunities whose close date lies in the period.",
    formula="Σ value of open qualified opportunities due",
    numerator_words="value of open opportunities due",
    denominator_words="open opportunities due",
    unit=Unit.MONEY,
    basis=Basis.POINT,
    better="up",
    source="WIN, CAL",
    pitfalls="Close dates in the past are not in any coming period.",
    rows=_rows,
    is_sum=True,
    needs=(Need("opportunity", "value_minor", "opportunities with an amount", "Opportunity"),),
)
