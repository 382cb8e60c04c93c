"""Stage to win: of the opportunities that entered a stage, the share that were won."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import stages_entered


def _rows(facts: Facts, window: Window) -> Table:
    entries = stages_entered(facts, window)
    return entries.mutate(
        numerator=ones(entries.is_won),
        denominator=ones(entries.position.notnull()),
        is_open=~entries.is_closed,
    )


stage_to_win = Kpi(
    name="stage_to_win",
    number="8",
    title="Stage to win",
    group="conversion",
    question="What is a deal in this stage worth believing?",
    meaning="Of the opportunities that entered a stage in the period, the share that have been won.",
    formula="won ÷ entered",
    numerator_words="won opportunities",
    denominator_words="opportunities that entered the stage",
    unit=Unit.SHARE,
    basis=Basis.ENTERED,
    better="up",
    source="OWN",
    version=3,
    pitfalls="Recent entries are still open and will raise it.",
    rows=_rows,
    interval=Interval.SHARE,
    needs=(Need("opportunity", "stage", "opportunities", "Opportunity"),),
    needs_history=True,
    default_by="stage",
)
