"""Credited bookings: value won by whom it is credited to."""

from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window
from salesops.kpis._populations import credits_in


def _rows(facts: Facts, window: Window) -> Table:
    return credits_in(facts, window)


credited_bookings = Kpi(
    name="credited_bookings",
    number="49a",
    title="Credited bookings",
    group="quota",
    question="Who sold how much?",
    meaning="The value of opportunities won in the period by the people credited with it: by split where there is one, else the owner at close.",
    formula="Σ value won × share of the credit",
    numerator_words="value credited",
    denominator_words="credits",
    unit=Unit.MONEY,
    basis=Basis.CLOSED,
    better="up",
    source="OWN",
    version=2,
    pitfalls="Overlay credit is not in it, so that teams add up to what was sold; what shares leave over is the owner's.",
    rows=_rows,
    shorter_without=("opportunity_split",),
    is_sum=True,
    needs=(
        Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),
        Need("opportunity", "value_minor", "opportunities with an amount", "Opportunity"),
    ),
)
