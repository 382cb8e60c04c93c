"""Time in stage: how long opportunities that entered a stage stayed there, of those that have left it."""

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
from salesops.kpis._populations import entered_in, only
from salesops.kpis._stays import time_in_stages


def _rows(facts: Facts, window: Window) -> Table:
    stays = time_in_stages(facts, window)
    entered = stays.filter(stays.entered_at.notnull())
    entries = entered_in(facts, window, entered, of_deals=False)
    return entries.mutate(
        numerator=only(~entries.is_there, entries.stayed),
        denominator=only(~entries.is_there, 1).cast("int64"),
        is_excluded=entries.is_there,
        is_open=entries.is_there,
    ).drop("stayed", "is_there")


time_in_stage = Kpi(
    name="time_in_stage",
    number="27",
    title="Time in stage",
    group="cycle",
    question="How long do deals stay in a stage?",
    meaning="The time opportunities spent in a stage they entered in the period, all visits together, of those that have left it. Those still there count as open.",
    formula="Σ time in the stage ÷ opportunities that entered and left it",
    numerator_words="time in the stage",
    denominator_words="opportunities that left it",
    unit=Unit.DAYS,
    basis=Basis.ENTERED,
    better="down",
    source="BAY",
    pitfalls="While many are still there it is too short, as the quick ones leave first: ask for a period that is long over, or read the funnel, which counts those still there as far as they have come.",
    rows=_rows,
    percentiles=(50, 90),
    interval=Interval.MEAN,
    needs=(Need("opportunity", "stage", "opportunities", "Opportunity"),),
    needs_history=True,
    default_by="stage",
    scale=SECONDS_A_DAY,
)
