"""Slippage rate by value: of the money due in a period when it began, the share that did not close in it."""

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
from salesops.kpis.slippage_rate import slipped


def _rows(facts: Facts, window: Window) -> Table:
    deals = slipped(facts, window)
    has_value = deals.value_minor.notnull()
    return deals.mutate(
        numerator=only(has_value, deals.value_minor * deals.numerator),
        denominator=deals.value_minor,
        is_excluded=~has_value,
    )


slippage_rate_value = Kpi(
    name="slippage_rate_value",
    number="29a",
    title="Slippage rate by value",
    group="pipeline",
    question="Of the money due in a period, how much slips out of it?",
    meaning="Of the value of open qualified opportunities due in the period when it began, the share of those neither won nor lost in it, at the value of then.",
    formula="value due at the start and not closed in the period ÷ value due at the start",
    numerator_words="value that slipped",
    denominator_words="value due when the period began",
    unit=Unit.SHARE,
    sums=(Unit.MONEY, Unit.MONEY),
    basis=Basis.DUE,
    better="down",
    source="CL, CH",
    pitfalls="Lost is not slipped. What was added to a deal since is not in it.",
    rows=_rows,
    interval=Interval.RATIO,
    needs=(
        Need("opportunity", "close_date", "close dates", "Opportunity"),
        Need("opportunity", "value_minor", "opportunities with an amount", "Opportunity"),
    ),
    needs_history=True,
    needs_start=True,
    splits=SPLITS_AT_START,
    default_by="forecast_category",
    spans_days=True,
)
