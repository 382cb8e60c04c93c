"""Lifetime value to acquisition cost."""

from collections.abc import Mapping

from salesops.kpis._definition import Basis, Cell, Kpi, Part, Unit


def _combine(parts: Mapping[str, Cell]) -> Cell:
    value, cost = parts["value"], parts["cost"]
    return Cell(value.ratio, cost.ratio, value.n, value.n_excluded, note=value.note)


ltv_to_cac = Kpi(
    name="ltv_to_cac",
    number="69",
    title="Lifetime value to acquisition cost",
    group="economics",
    question="Does a customer bring more than it costs to win?",
    meaning="Lifetime value after margin divided by the acquisition cost of the past twelve months.",
    formula="lifetime value after margin ÷ customer acquisition cost",
    numerator_words="lifetime value after margin",
    denominator_words="customer acquisition cost",
    unit=Unit.TIMES,
    sums=(Unit.MONEY, Unit.MONEY),
    basis=Basis.POINT,
    better="up",
    source="SK",
    version=2,
    pitfalls="Three to one is a rule of thumb.",
    parts={"value": Part("ltv_margin"), "cost": Part("cac", "trailing_year")},
    combine=_combine,
)
