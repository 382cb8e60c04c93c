"""Slippage rate: of the opportunities due in a period when it began, the share that did not close in it."""

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
    ones,
)
from salesops.kpis._populations import within


def _rows(facts: Facts, window: Window) -> Table:
    return slipped(facts, window).mutate(denominator=1)


def slipped(facts: Facts, window: Window) -> Table:
    """Deals due in the period when it began; the numerator is 1 where one did not close in it.

    While the period runs a deal that is open has slipped once its close date lies beyond it.
    """
    deals = open_at_start(facts, window)
    deals = deals.filter(within(deals.close_date, window))
    waits = ~deals.is_closed_now & still_runs(window)
    is_due_still = (waits & (deals.due_now < window.end)).fill_null(False)
    return deals.mutate(
        numerator=ones(~deals.ended_in & ~is_due_still), is_open=waits.fill_null(False)
    )


slippage_rate = Kpi(
    name="slippage_rate",
    number="29",
    title="Slippage rate",
    group="pipeline",
    question="Of the deals due in a period, how many slip out of it?",
    meaning="Of the open qualified opportunities with a close date in the period when it began, the share that neither was won nor lost in it.",
    formula="due at the start and not closed in the period ÷ due at the start",
    numerator_words="opportunities that slipped",
    denominator_words="opportunities due when the period began",
    unit=Unit.SHARE,
    basis=Basis.DUE,
    better="down",
    source="CL, CH",
    pitfalls="Lost is not slipped. Deals created in the period are not in it. Stage, category, team and owner are those of the period's beginning.",
    rows=_rows,
    interval=Interval.SHARE,
    needs=(Need("opportunity", "close_date", "close dates", "Opportunity"),),
    needs_history=True,
    needs_start=True,
    splits=SPLITS_AT_START,
    default_by="forecast_category",
    spans_days=True,
)
