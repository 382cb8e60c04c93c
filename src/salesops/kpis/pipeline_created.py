"""Pipeline created: what opportunities were worth when they first became qualified."""

from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window
from salesops.kpis._populations import only, within


def _rows(facts: Facts, window: Window) -> Table:
    deals = facts.table("opportunity")
    deals = deals.filter(within(deals.qualified_on, window))
    return deals.mutate(
        happened_on=deals.qualified_on,
        numerator=deals.qualified_value_minor,
        denominator=only(deals.qualified_value_minor.notnull(), 1).cast("int64"),
        is_excluded=deals.qualified_value_minor.isnull(),
    )


pipeline_created = Kpi(
    name="pipeline_created",
    number="22",
    title="Pipeline created",
    group="pipeline",
    question="How much new pipeline came in?",
    meaning="The value of opportunities at the moment they first reached a qualified stage, in the period.",
    formula="Σ value at first entry to a qualified stage",
    numerator_words="value when first qualified",
    denominator_words="opportunities first qualified",
    unit=Unit.MONEY,
    basis=Basis.ENTERED,
    better="up",
    source="OWN",
    pitfalls="Growth after that moment is not in it.",
    rows=_rows,
    is_sum=True,
    needs=(Need("opportunity", "qualified_on", "days of qualification", "OpportunityHistory"),),
    needs_history=True,
)
