"""Pipeline age: how long open opportunities have been there."""

from salesops.kpis._definition import SECONDS_A_DAY, Basis, Facts, Kpi, Need, Table, Unit, Window
from salesops.kpis._populations import only, open_qualified, seconds


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    deals = open_qualified(facts)
    # Where only the day is known, whole days: a day of the organisation is no instant of UTC.
    age = ibis.ifelse(
        deals.created_at.notnull(),
        seconds(window.as_of) - seconds(deals.created_at),
        seconds(window.today) - seconds(deals.created_on),
    )
    good = (age >= 0).fill_null(False)
    return deals.mutate(
        numerator=only(good, age), denominator=only(good, 1).cast("int64"), is_excluded=~good
    )


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
    pitfalls="Deals created again look young.",
    rows=_rows,
    has_distribution=True,
    needs=(Need("opportunity", "created_on", "days of creation", "Opportunity (CreatedDate)"),),
    scale=SECONDS_A_DAY,
)
