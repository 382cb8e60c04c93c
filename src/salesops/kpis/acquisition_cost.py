"""Acquisition cost: what sales and marketing cost in the period."""

from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window
from salesops.kpis._populations import only, within


def _rows(facts: Facts, window: Window) -> Table:
    costs = facts.table("cost")
    # The table holds what selling costs: an entry that names no function is one of sales and marketing.
    function = costs.function.fill_null("sales").strip().lower()
    costs = costs.filter(within(costs.booked_on, window), function.isin(["sales", "marketing"]))
    return costs.mutate(
        happened_on=costs.booked_on,
        numerator=costs.value_minor,
        denominator=only(costs.value_minor.notnull(), 1).cast("int64"),
        is_excluded=costs.value_minor.isnull(),
    )


acquisition_cost = Kpi(
    name="acquisition_cost",
    number="61a",
    title="Acquisition cost",
    group="economics",
    question="What do sales and marketing cost?",
    meaning="All cost of sales and marketing dated in the period: salaries, commission, tools, travel, advertising.",
    formula="Σ cost of sales and marketing",
    numerator_words="cost",
    denominator_words="cost entries",
    unit=Unit.MONEY,
    basis=Basis.PERIOD,
    better="down",
    source="SEED, BVP6",
    version=2,
    pitfalls="Account management is not in it; cost that names no function is.",
    rows_of="cost",
    rows=_rows,
    takes_where=False,
    is_sum=True,
    needs=(Need("cost", "value_minor", "costs", "costs (date, function, category, amount)"),),
    splits=("team", "category", "currency"),
)
