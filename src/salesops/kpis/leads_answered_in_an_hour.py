"""Leads answered in an hour: the share that somebody called, wrote to or met within an hour."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Table, Unit, Window, ones
from salesops.kpis._leads import NEEDS_OF_ANSWERS, SPLITS, leads_answered
from salesops.kpis._populations import only, seconds

AN_HOUR = 3600


def _rows(facts: Facts, window: Window) -> Table:
    leads = leads_answered(facts, window)
    came = seconds(leads.created_at)
    is_known = leads.created_at.notnull()
    return leads.mutate(
        numerator=only(is_known, ones(seconds(leads.answered_at) - came <= AN_HOUR)),
        denominator=only(is_known, 1).cast("int64"),
        is_excluded=~is_known,
        is_open=leads.answered_at.isnull()
        & (seconds(window.as_of) - came < AN_HOUR).fill_null(False),
    ).drop("answered_at")


leads_answered_in_an_hour = Kpi(
    name="leads_answered_in_an_hour",
    number="19a",
    title="Leads answered in an hour",
    group="conversion",
    question="How many leads do we answer at once?",
    meaning="Of the leads created in the period, the share with a call, mail, message or meeting within an hour.",
    formula="answered within an hour ÷ created",
    numerator_words="leads answered within an hour",
    denominator_words="leads created",
    unit=Unit.SHARE,
    basis=Basis.CREATED,
    better="up",
    source="HBR, MIT07",
    pitfalls="What nobody logged counts as not done, and mail that goes out by itself as an answer where it is logged as one.",
    rows_of="lead",
    rows=_rows,
    takes_where=False,
    interval=Interval.SHARE,
    needs=NEEDS_OF_ANSWERS,
    splits=SPLITS,
)
