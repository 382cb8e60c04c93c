"""No-decision rate: of the opportunities that closed, the share that nobody won and nobody lost."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import closed_in, only


def _rows(facts: Facts, window: Window) -> Table:
    deals = closed_in(facts, window)
    stages = facts.whole("pipeline_stage")
    stages = stages.filter(stages.outcome == "no_decision")
    tells = stages.select(tells_apart=stages.pipeline.fill_null("")).distinct()
    joined = deals.left_join(tells, deals.pipeline.fill_null("") == tells.tells_apart)
    is_told = joined.tells_apart.notnull()
    return joined.mutate(
        numerator=only(is_told, ones(joined.outcome == "no_decision")),
        denominator=only(is_told, 1).cast("int64"),
        is_excluded=~is_told,
    ).drop("tells_apart")


no_decision_rate = Kpi(
    name="no_decision_rate",
    number="9",
    title="No-decision rate",
    group="conversion",
    question="How many deals end without anybody deciding?",
    meaning="Of the opportunities that closed in the period, the share that were given up without a decision, neither won nor lost to somebody.",
    formula="no decision ÷ (won + lost + no decision)",
    numerator_words="opportunities without a decision",
    denominator_words="closed opportunities",
    unit=Unit.SHARE,
    basis=Basis.CLOSED,
    better="down",
    source="KELL",
    pitfalls="It is as true as the stage people close deals in. Deals of a pipeline without a stage for it are left out.",
    rows=_rows,
    interval=Interval.SHARE,
    needs=(Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),),
)
