"""Pipeline velocity: what the pipeline turns into a day."""

from collections.abc import Mapping

from salesops.kpis._definition import SECONDS_A_DAY, Basis, Cell, Kpi, Part, Unit


def _combine(parts: Mapping[str, Cell]) -> Cell:
    """Deals × win rate × size over days; null where one of the four is."""
    deals, rate, size, cycle = parts["deals"], parts["rate"], parts["size"], parts["cycle"]
    if rate.ratio is None or size.ratio is None or not cycle.ratio:
        return Cell(None, None, deals.n)
    counted = deals.n + deals.n_excluded
    return Cell(counted * rate.ratio * size.ratio, cycle.ratio / SECONDS_A_DAY, counted)


pipeline_velocity = Kpi(
    name="pipeline_velocity",
    number="25",
    title="Pipeline velocity",
    group="pipeline",
    question="How much does our pipeline turn into each day?",
    meaning="Open qualified opportunities times win rate times average deal size, divided by the sales cycle in days. The last three are of the past twelve months.",
    formula="open opportunities × win rate × average size ÷ cycle days",
    numerator_words="expected value of the pipeline",
    denominator_words="days of the sales cycle",
    unit=Unit.MONEY_PER_DAY,
    basis=Basis.POINT,
    better="up",
    source="MK, HYP",
    pitfalls="Stale deals inflate it.",
    parts={
        "deals": Part("open_pipeline"),
        "rate": Part("win_rate", "trailing_year"),
        "size": Part("average_deal_size", "trailing_year"),
        "cycle": Part("sales_cycle", "trailing_year"),
    },
    combine=_combine,
)
