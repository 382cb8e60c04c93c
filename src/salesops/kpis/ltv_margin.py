"""Lifetime value after margin: what a customer leaves before it leaves."""

from collections.abc import Mapping

from salesops.kpis._definition import Basis, Cell, Kpi, Part, Unit
from salesops.kpis.ltv import MONTHS, lifetime_cell


def _combine(parts: Mapping[str, Cell]) -> Cell:
    revenue, churn, margin = parts["revenue"], parts["churn"], parts["margin"]
    monthly, kept = revenue.ratio, margin.ratio
    yearly = None if monthly is None or kept is None else monthly * MONTHS * kept
    return lifetime_cell(yearly, revenue, churn.ratio)


ltv_margin = Kpi(
    name="ltv_margin",
    number="68",
    title="Lifetime value after margin",
    group="economics",
    question="What does a customer leave us before it leaves?",
    meaning="Revenue per account in a year times gross margin, divided by the customer churn of the past twelve months, capped at five years.",
    formula="revenue per account × gross margin ÷ churn, at most 5 years",
    numerator_words="lifetime value after margin",
    denominator_words="one customer",
    unit=Unit.MONEY,
    basis=Basis.POINT,
    better="up",
    source="SK, GASP",
    version=2,
    pitfalls="It assumes that churn stays as it is.",
    parts={
        "revenue": Part("arpa"),
        "churn": Part("customer_churn", "trailing_year"),
        "margin": Part("gross_margin"),
    },
    combine=_combine,
)
