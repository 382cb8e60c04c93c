"""Weighted pipeline: open pipeline times the chance its stages have had here."""

from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window
from salesops.kpis._populations import open_qualified, weighted


def _rows(facts: Facts, _window: Window) -> Table:
    return weighted(facts, open_qualified(facts))


weighted_pipeline = Kpi(
    name="weighted_pipeline",
    number="21",
    title="Weighted pipeline",
    group="pipeline",
    question="What is the pipeline worth if deals end as they did before?",
    meaning="Each open qualified opportunity at its value times the share of closed deals from the same stage that were won here.",
    formula="Σ value × chance of the stage",
    numerator_words="weighted value of open opportunities",
    denominator_words="open opportunities",
    unit=Unit.MONEY,
    basis=Basis.POINT,
    better="up",
    source="OWN",
    pitfalls="It is not a forecast: deals not yet created are missing, and stale ones are in. Each deal is rounded to the cent.",
    rows=_rows,
    is_sum=True,
    needs=(
        Need("opportunity", "value_minor", "opportunities with an amount", "Opportunity"),
        Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),
    ),
    needs_history=True,
)
