"""Customer acquisition cost: sales and marketing cost for each new customer."""

from collections.abc import Mapping

from salesops.kpis._definition import Basis, Cell, Kpi, Part, Unit


def _combine(parts: Mapping[str, Cell]) -> Cell:
    cost, gained = parts["cost"], parts["gained"]
    return Cell(cost.numerator, gained.numerator, gained.n, cost.n_excluded)


cac = Kpi(
    name="cac",
    number="61",
    title="Customer acquisition cost",
    group="economics",
    question="What does a new customer cost us?",
    meaning="All sales and marketing cost of the period divided by the customers gained in it.",
    formula="sales and marketing cost ÷ new customers",
    numerator_words="sales and marketing cost",
    denominator_words="new customers",
    unit=Unit.MONEY,
    basis=Basis.PERIOD,
    better="down",
    source="SEED, BVP6",
    version=2,
    pitfalls="Money is spent before customers come; over a short period the two do not belong together.",
    parts={"cost": Part("acquisition_cost"), "gained": Part("new_customers")},
    combine=_combine,
)
