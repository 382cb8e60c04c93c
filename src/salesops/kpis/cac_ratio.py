"""CAC ratio: what is spent on selling for each unit of recurring revenue that is added, after margin."""

from collections.abc import Mapping

from salesops.kpis._definition import Basis, Cell, Kpi, Part, Unit
from salesops.kpis._recurring import MONTHS_A_YEAR


def _combine(parts: Mapping[str, Cell]) -> Cell:
    cost, gained, stayed = parts["cost"], parts["gained"], parts["stayed"]
    kept = parts["margin"].ratio
    if kept is None or (gained.numerator is None and stayed.numerator is None):
        return Cell(None, None, gained.n, cost.n_excluded)
    grown = (stayed.numerator or 0) - (stayed.denominator or 0)
    added = ((gained.numerator or 0) + grown) * MONTHS_A_YEAR * kept
    why = "" if added > 0 else "Recurring revenue did not grow, so the cost bought nothing."
    return Cell(cost.numerator, added, gained.n + stayed.n, cost.n_excluded, why=why)


cac_ratio = Kpi(
    name="cac_ratio",
    number="63",
    title="CAC ratio",
    group="economics",
    question="What do we pay for each unit of recurring revenue we add?",
    meaning="Sales and marketing cost of the period before, divided by what recurring revenue a year grew by in this period, net of what was lost, after gross margin.",
    formula="cost of the period before ÷ (growth of annual recurring revenue × gross margin)",
    numerator_words="sales and marketing cost of the period before",
    denominator_words="recurring revenue a year added, after margin",
    unit=Unit.TIMES,
    sums=(Unit.MONEY, Unit.MONEY),
    basis=Basis.POINT,
    better="down",
    source="BVP, PC",
    pitfalls="Some publish it the other way up, as what a unit of cost brings: divide one by it. New customers and lost ones are taken together; the payback looks at new ones alone. Ask for it over a quarter; all time has no period before.",
    parts={
        "cost": Part("acquisition_cost", "previous"),
        "gained": Part("new_recurring_revenue"),
        "stayed": Part("nrr"),
        "margin": Part("gross_margin"),
    },
    combine=_combine,
)
