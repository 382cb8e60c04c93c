"""Aged pipeline: the share of open value that is older than four in five wins ever got."""

from typing import Any

from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window
from salesops.kpis._populations import age_of, cycle_of, only, open_qualified

OLD = 0.8  # the percentile of won cycles


def _rows(facts: Facts, window: Window) -> Table:
    deals = age_of(open_qualified(facts), window)
    won = facts.whole("opportunity")
    cycles = cycle_of(won.filter(won.is_won))
    limits = cycles.aggregate(old_from=_tenths(cycles.numerator.quantile(OLD)))
    joined = deals.cross_join(limits)
    good = joined.numerator.notnull() & joined.value_minor.notnull() & joined.old_from.notnull()
    old = joined.numerator * 10 > joined.old_from
    return joined.mutate(
        numerator=only(good, old.ifelse(joined.value_minor, 0)),
        denominator=only(good, joined.value_minor),
        is_excluded=~good,
    ).drop("old_from")


def _tenths(seconds: Any) -> Any:
    """In whole tenths, where percentiles of whole numbers lie whatever an engine's floats say."""
    return (seconds * 10).round().cast("int64")


aged_pipeline = Kpi(
    name="aged_pipeline",
    number="26a",
    title="Aged pipeline",
    group="pipeline",
    question="How much of the pipeline is older than what we win?",
    meaning="Of the value of open qualified opportunities, the share in those older than the 80th percentile of the cycles of all won opportunities.",
    formula="Σ value older than P80 of won cycles ÷ Σ open value",
    numerator_words="value older than four in five wins",
    denominator_words="open value",
    unit=Unit.SHARE,
    sums=(Unit.MONEY, Unit.MONEY),
    basis=Basis.POINT,
    better="down",
    source="OWN",
    pitfalls="Deals created again look young. The won cycles are those of the whole company, whoever reads and whatever is filtered.",
    rows=_rows,
    needs=(
        Need("opportunity", "created_on", "days of creation", "Opportunity (CreatedDate)"),
        Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),
        Need("opportunity", "value_minor", "opportunities with an amount", "Opportunity"),
    ),
)
