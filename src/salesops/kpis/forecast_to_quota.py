"""Forecast to quota: the plain forecast against the quota of the period."""

from collections.abc import Mapping
from fractions import Fraction

from salesops.kpis._definition import Basis, Cell, Kpi, Part, Unit


def _combine(parts: Mapping[str, Cell]) -> Cell:
    told, goal = parts["told"], parts["goal"]
    if goal.numerator is None:
        return Cell(None, None, told.n, why="No quota in this period.")
    return Cell(told.numerator or Fraction(0), goal.numerator, told.n, told.n_excluded)


forecast_to_quota = Kpi(
    name="forecast_to_quota",
    number="forecast-4",
    title="Forecast to quota",
    group="forecast",
    question="Will we make it?",
    meaning="The plain sales forecast of the period divided by its quota.",
    formula="(closed to date + weighted pipeline due) ÷ quota",
    numerator_words="forecast value",
    denominator_words="quota",
    unit=Unit.SHARE,
    sums=(Unit.MONEY, Unit.MONEY),
    basis=Basis.POINT,
    better="up",
    source="SEED",
    version=2,
    parts={"told": Part("forecast"), "goal": Part("quota")},
    combine=_combine,
)
