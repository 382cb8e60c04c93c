"""Sales cycle: from creation to won."""

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
from salesops.kpis._populations import cycle_of, won_in


def _rows(facts: Facts, window: Window) -> Table:
    return cycle_of(won_in(facts, window))


sales_cycle = Kpi(
    name="sales_cycle",
    number="33",
    title="Sales cycle",
    group="cycle",
    question="How long does it take us to win?",
    meaning="The time from creation to close of opportunities won in the period; the median and the 90th percentile stand beside the mean.",
    formula="Σ (closed − created) ÷ won",
    numerator_words="time from creation to close",
    denominator_words="won opportunities",
    unit=Unit.DAYS,
    basis=Basis.CLOSED,
    better="down",
    source="KPIT, BAY",
    pitfalls="Only won deals count, so it is shorter than what deals take; see the cycle of lost ones beside it.",
    rows=_rows,
    percentiles=(50, 90),
    interval=Interval.MEAN,
    needs=(
        Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),
        Need("opportunity", "created_on", "days of creation", "Opportunity (CreatedDate)"),
    ),
    scale=SECONDS_A_DAY,
)
