"""Quota attainment: credited bookings against quota, for a person, a team or all."""

from collections.abc import Mapping
from fractions import Fraction

from salesops.kpis._definition import Basis, Cell, Kpi, Part, Unit


def _combine(parts: Mapping[str, Cell]) -> Cell:
    won, goal = parts["won"], parts["goal"]
    if goal.numerator is None:
        return Cell(None, None, won.n, why="No quota in this period.")
    return Cell(won.numerator or Fraction(0), goal.numerator, won.n, won.n_excluded)


quota_attainment = Kpi(
    name="quota_attainment",
    number="49, 52",
    title="Quota attainment",
    group="quota",
    question="How much of the quota is won?",
    meaning="Value credited in the period divided by the quota for it, by days for those who start, leave or change.",
    formula="Σ credited bookings ÷ Σ quota",
    numerator_words="credited bookings",
    denominator_words="quota",
    unit=Unit.SHARE,
    sums=(Unit.MONEY, Unit.MONEY),
    basis=Basis.CLOSED,
    better="up",
    source="AG, REV",
    version=2,
    pitfalls="For a team it is the sum over the sum, not the mean of its people.",
    parts={"won": Part("credited_bookings"), "goal": Part("quota")},
    combine=_combine,
    default_by="team",
)
