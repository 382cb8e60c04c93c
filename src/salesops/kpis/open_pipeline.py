"""Open pipeline: what all open qualified opportunities are worth."""

from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window
from salesops.kpis._populations import money_of, open_qualified


def _rows(facts: Facts, _window: Window) -> Table:
    return money_of(open_qualified(facts))


open_pipeline = Kpi(
    name="open_pipeline",
    number="20",
    title="Open pipeline",
    group="pipeline",
    question="How much are we working on?",
    meaning="The value of all open opportunities in stages flagged qualified.",
    formula="Σ value of open qualified opportunities",
    numerator_words="value of open opportunities",
    denominator_words="open opportunities",
    unit=Unit.MONEY,
    basis=Basis.POINT,
    better="up",
    source="OWN",
    pitfalls="Which stages count as qualified is set under Settings. Values of several days must not be added up.",
    rows=_rows,
    is_sum=True,
    needs=(Need("opportunity", "value_minor", "opportunities with an amount", "Opportunity"),),
)
