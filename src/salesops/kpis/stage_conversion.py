"""Stage conversion: of the opportunities that entered a stage, the share that went further."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import stage_entries


def _rows(facts: Facts, window: Window) -> Table:
    entries = stage_entries(facts, window)
    return entries.mutate(
        numerator=ones(entries.went_further), denominator=ones(entries.stage.notnull())
    )


stage_conversion = Kpi(
    name="stage_conversion",
    number="7",
    title="Stage conversion",
    group="conversion",
    question="From which stage do deals move on, and where do they stop?",
    meaning="Of the opportunities that entered a stage in the period, the share that reached a later stage or were won.",
    formula="reached a later stage ÷ entered",
    numerator_words="opportunities that went further",
    denominator_words="opportunities that entered the stage",
    unit=Unit.SHARE,
    basis=Basis.ENTERED,
    better="up",
    source="FUN, OWN",
    version=3,
    pitfalls="Skipped stages count as reached, going back undoes nothing, entering again counts once.",
    rows=_rows,
    interval=Interval.SHARE,
    needs=(Need("opportunity", "stage", "opportunities", "Opportunity"),),
    needs_history=True,
    default_by="stage",
)
