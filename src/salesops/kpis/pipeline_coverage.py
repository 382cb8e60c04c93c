"""Pipeline coverage: open pipeline due against the quota still to be won."""

from collections.abc import Mapping
from fractions import Fraction

from salesops.kpis._definition import Basis, Cell, Kpi, Part, Unit


def _combine(parts: Mapping[str, Cell]) -> Cell:
    due, won, goal = parts["due"], parts["won"], parts["goal"]
    if goal.numerator is None:
        return Cell(None, None, due.n, due.n_excluded, why="No quota in this period.")
    left = goal.numerator - (won.numerator or 0)
    if left <= 0:
        return Cell(due.numerator, None, due.n, due.n_excluded, why="The quota is met.")
    return Cell(due.numerator or Fraction(0), left, due.n, due.n_excluded)


pipeline_coverage = Kpi(
    name="pipeline_coverage",
    number="23",
    title="Pipeline coverage",
    group="pipeline",
    question="Is there enough pipeline for what is left of the quota?",
    meaning="The value of open qualified opportunities due in the period, divided by the quota not yet won.",
    formula="pipeline due ÷ (quota − won in the period)",
    numerator_words="value of open opportunities due",
    denominator_words="quota left to win",
    unit=Unit.TIMES,
    sums=(Unit.MONEY, Unit.MONEY),
    basis=Basis.POINT,
    better="up",
    source="WIN, CAL",
    version=2,
    pitfalls="Some divide by the whole quota. Three times is folklore; look at what your own pipeline yields.",
    parts={"due": Part("pipeline_due"), "won": Part("closed_to_date"), "goal": Part("quota")},
    combine=_combine,
)
