"""Lifetime value after margin: what a customer leaves before it leaves."""

from collections.abc import Mapping
from fractions import Fraction

from salesops.kpis._definition import Basis, Cell, Kpi, Part, Unit
from salesops.kpis.ltv import MONTHS, MOST_YEARS, lifetime


def _combine(parts: Mapping[str, Cell]) -> Cell:
    revenue, churn, margin = parts["revenue"], parts["churn"], parts["margin"]
    if revenue.ratio is None or margin.ratio is None:
        return Cell(None, None, revenue.n)
    value = lifetime(revenue.ratio * MONTHS * margin.ratio, churn.ratio, MOST_YEARS)
    return Cell(value, None if value is None else Fraction(1), revenue.n, revenue.n_excluded)


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
    pitfalls="It assumes that churn stays as it is.",
    parts={
        "revenue": Part("arpa"),
        "churn": Part("customer_churn", "trailing_year"),
        "margin": Part("gross_margin"),
    },
    combine=_combine,
)
