"""Past-due close dates: open opportunities whose close date has passed."""

from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import only


def _rows(facts: Facts, window: Window) -> Table:
    deals = facts.table("opportunity")
    deals = deals.filter(~deals.is_closed)
    known = deals.close_date.notnull()
    return deals.mutate(
        numerator=only(known, ones(deals.close_date < window.today)),
        denominator=only(known, 1).cast("int64"),
        is_excluded=~known,
    )


past_due_close_dates = Kpi(
    name="past_due_close_dates",
    number="95",
    title="Past-due close dates",
    group="data",
    question="How many close dates are simply old?",
    meaning="Of the open opportunities with a close date, the share whose close date is before today.",
    formula="close date before today ÷ open",
    numerator_words="open opportunities past their close date",
    denominator_words="open opportunities with a close date",
    unit=Unit.SHARE,
    basis=Basis.POINT,
    better="down",
    source="OWN",
    pitfalls="Today is the day the files speak of, in the organisation's zone.",
    rows=_rows,
    needs=(Need("opportunity", "close_date", "close dates", "Opportunity (CloseDate)"),),
)
