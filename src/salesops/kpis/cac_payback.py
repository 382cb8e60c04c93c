"""CAC payback: the months until what customers leave has paid for winning them."""

from collections.abc import Mapping

from salesops.kpis._definition import Basis, Cell, Kpi, Part, Unit


def _combine(parts: Mapping[str, Cell]) -> Cell:
    cost, gained, kept = parts["cost"], parts["gained"], parts["margin"].ratio
    if gained.numerator is None or kept is None:
        return Cell(None, None, gained.n, gained.n_excluded)
    return Cell(cost.numerator, gained.numerator * kept, gained.n, cost.n_excluded)


cac_payback = Kpi(
    name="cac_payback",
    number="64",
    title="CAC payback",
    group="economics",
    question="After how many months has a customer paid for its acquisition?",
    meaning="Sales and marketing cost of the period before, divided by the new recurring revenue a month of this period after gross margin.",
    formula="cost of the period before ÷ (new monthly recurring revenue × gross margin)",
    numerator_words="sales and marketing cost of the period before",
    denominator_words="new monthly revenue after margin",
    unit=Unit.MONTHS,
    sums=(Unit.MONEY, Unit.MONEY),
    basis=Basis.POINT,
    better="down",
    source="BVP6",
    pitfalls="It takes customers to cost one period before they come, so ask for it over a quarter. All time has no period before.",
    parts={
        "cost": Part("acquisition_cost", "previous"),
        "gained": Part("new_recurring_revenue"),
        "margin": Part("gross_margin"),
    },
    combine=_combine,
)
