"""In-period yield: of the pipeline open when a period began, the share that was won in it."""

from salesops.kpis._at_start import open_at_start, still_runs
from salesops.kpis._definition import (
    SPLITS_AT_START,
    Basis,
    Facts,
    Interval,
    Kpi,
    Need,
    Table,
    Unit,
    Window,
)
from salesops.kpis._populations import only


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    deals = open_at_start(facts, window)
    has_value = deals.value_minor.notnull()
    won = ibis.coalesce(deals.won_value_minor, 0)
    return deals.mutate(
        numerator=only(has_value, won),
        denominator=deals.value_minor,
        is_excluded=~has_value,
        is_open=(~deals.is_closed_now & still_runs(window)).fill_null(False),
    )


in_period_yield = Kpi(
    name="in_period_yield",
    number="32",
    title="In-period yield",
    group="pipeline",
    question="How much of the pipeline we begin a period with is won in it?",
    meaning="The value won in the period from opportunities that were open in qualified stages when it began, divided by the value of that pipeline.",
    formula="value won in the period from what was open at its start ÷ value open at its start",
    numerator_words="value won from it in the period",
    denominator_words="value open when the period began",
    unit=Unit.SHARE,
    sums=(Unit.MONEY, Unit.MONEY),
    basis=Basis.DUE,
    better="up",
    source="WIN",
    pitfalls="What was created and won within the period is not in it. A deal is won for its value at close and was open for that of the beginning.",
    rows=_rows,
    interval=Interval.RATIO,
    needs=(Need("opportunity", "value_minor", "opportunities with an amount", "Opportunity"),),
    needs_history=True,
    needs_start=True,
    splits=SPLITS_AT_START,
    spans_days=True,
)
