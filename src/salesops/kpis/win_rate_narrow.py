"""Narrow win rate: won against lost, leaving out deals that came to no decision."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import closed_in


def _rows(facts: Facts, window: Window) -> Table:
    deals = closed_in(facts, window)
    deals = deals.filter(deals.outcome != "no_decision")
    return deals.mutate(numerator=ones(deals.is_won), denominator=ones(deals.is_closed))


win_rate_narrow = Kpi(
    name="win_rate_narrow",
    number="2",
    title="Win rate against competitors",
    group="conversion",
    question="When somebody decides, how often is it for us?",
    meaning="Of the opportunities won or lost in the period, the share that were won. Deals given up without a decision do not count.",
    formula="won ÷ (won + lost)",
    numerator_words="won opportunities",
    denominator_words="won and lost opportunities",
    unit=Unit.SHARE,
    basis=Basis.CLOSED,
    better="up",
    source="KELL, KPIT",
    pitfalls="It hides deals that came to no decision, and is 100 % where losses are never marked.",
    rows=_rows,
    interval=Interval.SHARE,
    needs=(Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),),
)
