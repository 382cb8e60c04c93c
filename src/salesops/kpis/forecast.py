"""Sales forecast, the plain one: closed to date and the weighted pipeline due."""

from collections.abc import Mapping
from fractions import Fraction

from salesops.kpis._definition import Basis, Cell, Kpi, Part, Unit


def _combine(parts: Mapping[str, Cell]) -> Cell:
    won, due = parts["won"], parts["due"]
    if won.numerator is None and due.numerator is None:
        return Cell(None, None, won.n + due.n, won.n_excluded + due.n_excluded)
    total = (won.numerator or Fraction(0)) + (due.numerator or Fraction(0))
    return Cell(total, Fraction(1), won.n + due.n, won.n_excluded + due.n_excluded)


forecast = Kpi(
    name="forecast",
    number="forecast-3",
    title="Sales forecast",
    group="forecast",
    question="Where will the period end?",
    meaning="What is won in the period so far, and the open pipeline due in it at the chances its stages have had here.",
    formula="closed to date + weighted pipeline due",
    numerator_words="forecast value",
    denominator_words="opportunities",
    unit=Unit.MONEY,
    basis=Basis.POINT,
    better="up",
    source="SEED",
    version=2,
    pitfalls="Deals that are not created yet are not in it; early in a period it is too low.",
    parts={"won": Part("closed_to_date"), "due": Part("weighted_due")},
    combine=_combine,
    is_sum=True,
)
