"""Past-due close dates: open opportunities whose close date has passed."""

from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window, ones


def _rows(facts: Facts, window: Window) -> Table:
    deals = facts.table("opportunity")
    deals = deals.filter(~deals.is_closed)
    return deals.mutate(
        numerator=ones(deals.close_date < window.today), denominator=ones(deals.id.notnull())
    )


past_due_close_dates = Kpi(
    name="past_due_close_dates",
    number="95",
    title="Past-due close dates",
    group="data",
    question="How many close dates are simply old?",
    meaning="Of the open opportunities, the share whose close date is before today.",
    formula="close date before today ÷ open",
    numerator_words="open opportunities past their close date",
    denominator_words="open opportunities",
    unit=Unit.SHARE,
    basis=Basis.POINT,
    better="down",
    source="OWN",
    version=2,
    pitfalls="Today is the day the files speak of, in the organisation's zone. An open opportunity without a close date is not past it.",
    rows=_rows,
    needs=(Need("opportunity", "close_date", "close dates", "Opportunity (CloseDate)"),),
)
