"""Close rate: of the opportunities that were pitched, the share that were won."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import within


def _rows(facts: Facts, window: Window) -> Table:
    deals = facts.table("opportunity")
    deals = deals.filter(within(deals.pitched_on, window))
    return deals.mutate(
        happened_on=deals.pitched_on,
        numerator=ones(deals.is_won),
        denominator=ones(deals.pitched_on.notnull()),
        is_open=~deals.is_closed,
    )


close_rate = Kpi(
    name="close_rate",
    number="1",
    title="Close rate",
    group="conversion",
    question="Of what we pitch, how much do we win?",
    meaning="Of the opportunities first pitched in the period, the share that have been won.",
    formula="won ÷ pitched",
    numerator_words="won opportunities",
    denominator_words="opportunities that reached a stage flagged pitched",
    unit=Unit.SHARE,
    basis=Basis.ENTERED,
    better="up",
    source="SEED",
    pitfalls="Pitched is a stage, not a number of meetings; recent periods still hold open deals and will rise.",
    rows=_rows,
    interval=Interval.SHARE,
    needs=(
        Need(
            "opportunity",
            "pitched_on",
            "deals that reached a pitched stage",
            "OpportunityHistory (or name the pitched stages under Settings)",
        ),
    ),
    needs_history=True,
)
