"""Win rate: of the opportunities that closed, the share that were won."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window, ones


def _rows(facts: Facts, window: Window) -> Table:
    closed = facts.table("opportunity")
    closed = closed.filter(
        closed.is_closed, closed.closed_on >= window.start, closed.closed_on < window.end
    )
    return closed.mutate(
        happened_on=closed.closed_on,
        numerator=ones(closed.is_won),
        denominator=ones(closed.is_closed),
    )


win_rate = Kpi(
    name="win_rate",
    number="3",
    title="Win rate",
    group="conversion",
    question="Of what we bring to an end, how much do we win?",
    meaning="Of the opportunities that closed in the period, the share that were won. "
    "Deals given up without a decision count as not won.",
    formula="won ÷ (won + lost + no decision)",
    numerator_words="won opportunities",
    denominator_words="closed opportunities",
    unit=Unit.SHARE,
    basis=Basis.CLOSED,
    better="up",
    source="KELL",
    pitfalls="It mixes deals created in many periods, and swings when somebody closes stale deals in bulk.",
    rows=_rows,
    interval=Interval.SHARE,
    needs=(Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),),
)
