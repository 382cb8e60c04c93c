"""Pipeline age: how long open opportunities have been there."""

from salesops.kpis._definition import SECONDS_A_DAY, Basis, Facts, Kpi, Need, Table, Unit, Window
from salesops.kpis._populations import age_of, open_qualified


def _rows(facts: Facts, window: Window) -> Table:
    return age_of(open_qualified(facts), window)


pipeline_age = Kpi(
    name="pipeline_age",
    number="26",
    title="Pipeline age",
    group="pipeline",
    question="How old is what we are working on?",
    meaning="The time since creation of open qualified opportunities; the median and the 90th percentile stand beside the mean.",
    formula="Σ age ÷ open opportunities",
    numerator_words="age",
    denominator_words="open opportunities",
    unit=Unit.DAYS,
    basis=Basis.POINT,
    better="down",
    source="OWN",
    version=2,
    pitfalls="Deals created again look young. How much of the value is older than most wins is told by the aged pipeline.",
    rows=_rows,
    percentiles=(50, 90),
    needs=(Need("opportunity", "created_on", "days of creation", "Opportunity (CreatedDate)"),),
    scale=SECONDS_A_DAY,
)
