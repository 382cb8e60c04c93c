"""Lifetime value: what a customer brings before it leaves."""

from collections.abc import Mapping
from fractions import Fraction

from salesops.kpis._definition import Basis, Cell, Kpi, Part, Unit

MOST_YEARS = 5
MONTHS = 12


def lifetime(revenue: Fraction | None, churn: Fraction | None, most: int) -> Fraction | None:
    """Revenue a period over churn a period, at most `most` periods of it."""
    if revenue is None or churn is None:
        return None
    return revenue * most if churn * most <= 1 else revenue / churn


def lifetime_cell(yearly: Fraction | None, revenue: Cell, churn: Fraction | None) -> Cell:
    """What a customer brings, for a year's revenue and churn, saying so where the cap was reached."""
    value = lifetime(yearly, churn, MOST_YEARS)
    if value is None or churn is None:
        return Cell(None, None, revenue.n, revenue.n_excluded)
    capped = f"Capped at {MOST_YEARS} years." if churn * MOST_YEARS < 1 else ""
    return Cell(value, Fraction(1), revenue.n, revenue.n_excluded, note=capped)


def _combine(parts: Mapping[str, Cell]) -> Cell:
    revenue, churn = parts["revenue"], parts["churn"]
    monthly = revenue.ratio
    yearly = None if monthly is None else monthly * MONTHS
    return lifetime_cell(yearly, revenue, churn.ratio)


ltv = Kpi(
    name="ltv",
    number="67",
    title="Lifetime value",
    group="economics",
    question="What does a customer bring before it leaves?",
    meaning="Revenue per account in a year divided by the customer churn of the past twelve months, capped at five years.",
    formula="revenue per account ÷ churn, at most 5 years",
    numerator_words="lifetime value",
    denominator_words="one customer",
    unit=Unit.MONEY,
    basis=Basis.POINT,
    better="up",
    source="SEED",
    version=2,
    pitfalls="It knows no cost of serving. With little churn it would grow without bound, so it stops at five years.",
    parts={
        "revenue": Part("arpa"),
        "churn": Part("customer_churn", "trailing_year"),
    },
    combine=_combine,
)
