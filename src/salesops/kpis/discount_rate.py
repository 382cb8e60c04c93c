"""Discount rate: how far below the list we sell."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Table, Unit, Window
from salesops.kpis._lines import NEEDS, SPLITS, priced_lines


def _rows(facts: Facts, window: Window) -> Table:
    lines = priced_lines(facts, window)
    return lines.mutate(numerator=lines.listed - lines.sold, denominator=lines.listed)


discount_rate = Kpi(
    name="discount_rate",
    number="39",
    title="Discount rate",
    group="size",
    question="How much do we give away to win?",
    meaning="Over the lines of opportunities won in the period: list price less price sold, as a share of the list price.",
    formula="Σ (list − sold) ÷ Σ list",
    numerator_words="discount",
    denominator_words="value at list price",
    unit=Unit.SHARE,
    sums=(Unit.MONEY, Unit.MONEY),
    basis=Basis.CLOSED,
    better="down",
    source="PFX, PRY",
    pitfalls="It is a share of the list and not of the price sold: list 100 and sold 80 is 20 %, which others call a mark-up of 25 %. Lines without a list price are left out.",
    rows_of="opportunity_line",
    rows=_rows,
    interval=Interval.RATIO,
    needs=NEEDS,
    splits=SPLITS,
)
