"""Lead conversion: of the leads that came, the share that was converted within ninety days."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Table, Unit, Window, ones
from salesops.kpis._leads import LEADS, SPLITS, leads_created

DAYS = 90


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    leads = leads_created(facts, window)
    until = (leads.created_on + ibis.interval(days=DAYS)).cast("date")
    in_time = leads.is_converted & (leads.converted_on < until)
    return leads.mutate(
        numerator=ones(in_time),
        denominator=ones(leads.id.notnull()),
        is_open=~leads.is_converted.fill_null(False) & (until > window.today),
    )


lead_conversion = Kpi(
    name="lead_conversion",
    number="14a",
    title="Lead conversion",
    group="conversion",
    question="How many of the leads that come become something?",
    meaning="Of the leads created in the period, the share that was converted within 90 days. Leads that are younger and not converted are counted as open.",
    formula="converted within 90 days ÷ created",
    numerator_words="leads converted within 90 days",
    denominator_words="leads created",
    unit=Unit.SHARE,
    basis=Basis.CREATED,
    better="up",
    source="OWN",
    pitfalls="A converted lead may have become a contact without an opportunity.",
    rows_of="lead",
    rows=_rows,
    takes_where=False,
    interval=Interval.SHARE,
    needs=(LEADS,),
    splits=SPLITS,
)
