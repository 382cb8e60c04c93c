"""Created-cohort win rate: of the opportunities created in a period, the share won to date."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import within


def _rows(facts: Facts, window: Window) -> Table:
    deals = facts.table("opportunity")
    deals = deals.filter(within(deals.created_on, window))
    return deals.mutate(
        happened_on=deals.created_on,
        numerator=ones(deals.is_won),
        denominator=ones(deals.created_on.notnull()),
        is_open=~deals.is_closed,
    )


created_cohort_win_rate = Kpi(
    name="created_cohort_win_rate",
    number="5",
    title="Win rate of those created",
    group="conversion",
    question="Of what we start, how much do we end up winning?",
    meaning="Of all opportunities created in the period, the share won so far; open ones count as not won yet.",
    formula="won to date ÷ all created",
    numerator_words="won opportunities",
    denominator_words="created opportunities",
    unit=Unit.SHARE,
    basis=Basis.CREATED,
    better="up",
    source="VAR",
    pitfalls="It rises for as long as a sales cycle lasts; never compare a recent cohort with an old one.",
    rows=_rows,
    interval=Interval.SHARE,
    needs=(Need("opportunity", "created_on", "days of creation", "Opportunity (CreatedDate)"),),
)
