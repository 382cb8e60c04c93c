"""Leads never answered: the share that nobody called, wrote to or met within thirty days."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Table, Unit, Window, ones
from salesops.kpis._leads import NEEDS_OF_ANSWERS, SPLITS, leads_answered
from salesops.kpis._populations import only, seconds

DAYS = 30
LONG = DAYS * 86_400


def _rows(facts: Facts, window: Window) -> Table:
    leads = leads_answered(facts, window)
    came = seconds(leads.created_at)
    in_time = (seconds(leads.answered_at) - came <= LONG).fill_null(False)
    is_old = (seconds(window.as_of) - came > LONG).fill_null(False)
    return leads.mutate(
        numerator=only(is_old, ones(~in_time)),
        denominator=only(is_old, 1).cast("int64"),
        is_excluded=~is_old,
    ).drop("answered_at")


leads_never_answered = Kpi(
    name="leads_never_answered",
    number="19b",
    title="Leads never answered",
    group="conversion",
    question="How many leads do we let go cold?",
    meaning="Of the leads created in the period that are older than 30 days, the share without a call, mail, message or meeting within those days. Younger leads are left out.",
    formula="not answered within 30 days ÷ created, older than 30 days",
    numerator_words="leads not answered",
    denominator_words="leads older than 30 days",
    unit=Unit.SHARE,
    basis=Basis.CREATED,
    better="down",
    source="HBR",
    pitfalls="What nobody logged counts as not done.",
    rows_of="lead",
    rows=_rows,
    takes_where=False,
    interval=Interval.SHARE,
    needs=NEEDS_OF_ANSWERS,
    splits=SPLITS,
)
