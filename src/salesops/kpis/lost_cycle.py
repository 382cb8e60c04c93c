"""Lost cycle: from creation to lost."""

from salesops.kpis._definition import (
    SECONDS_A_DAY,
    Basis,
    Facts,
    Interval,
    Kpi,
    Need,
    Table,
    Unit,
    Window,
)
from salesops.kpis._populations import closed_in, cycle_of


def _rows(facts: Facts, window: Window) -> Table:
    deals = closed_in(facts, window)
    return cycle_of(deals.filter(~deals.is_won))


lost_cycle = Kpi(
    name="lost_cycle",
    number="33a",
    title="Cycle of lost deals",
    group="cycle",
    question="How long do we work on what we lose?",
    meaning="The time from creation to close of opportunities lost or given up in the period.",
    formula="Σ (closed − created) ÷ lost",
    numerator_words="time from creation to close",
    denominator_words="lost opportunities",
    unit=Unit.DAYS,
    basis=Basis.CLOSED,
    better="down",
    source="KPIT",
    rows=_rows,
    percentiles=(50, 90),
    interval=Interval.MEAN,
    needs=(
        Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),
        Need("opportunity", "created_on", "days of creation", "Opportunity (CreatedDate)"),
    ),
    scale=SECONDS_A_DAY,
)
