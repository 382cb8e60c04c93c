"""Price realisation: how much of the list price is sold for."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Table, Unit, Window
from salesops.kpis._lines import NEEDS, SPLITS, priced_lines


def _rows(facts: Facts, window: Window) -> Table:
    lines = priced_lines(facts, window)
    return lines.mutate(numerator=lines.sold, denominator=lines.listed)


price_realisation = Kpi(
    name="price_realisation",
    number="40",
    title="Price realisation",
    group="size",
    question="How much of our list price do we get?",
    meaning="Over the lines of opportunities won in the period: price sold as a share of the list price.",
    formula="Σ sold ÷ Σ list",
    numerator_words="value as sold",
    denominator_words="value at list price",
    unit=Unit.SHARE,
    sums=(Unit.MONEY, Unit.MONEY),
    basis=Basis.CLOSED,
    better="up",
    source="PRY",
    pitfalls="Rebates and what it costs to serve come off later; they are not in it.",
    rows_of="opportunity_line",
    rows=_rows,
    interval=Interval.RATIO,
    needs=NEEDS,
    splits=SPLITS,
)
