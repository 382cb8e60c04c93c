"""Lead response time: how long a lead waits for the first call, mail, message or meeting, at most thirty days."""

from salesops.kpis._definition import (
    SECONDS_AN_HOUR,
    Basis,
    Facts,
    Interval,
    Kpi,
    Table,
    Unit,
    Window,
)
from salesops.kpis._leads import NEEDS_OF_ANSWERS, SPLITS, leads_answered
from salesops.kpis._populations import only, seconds

DAYS = 30
LONG = DAYS * 86_400


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    leads = leads_answered(facts, window)
    came = seconds(leads.created_at)
    waited = seconds(leads.answered_at) - came
    waited = ibis.ifelse((waited < LONG).fill_null(False), waited, LONG)
    is_old = (seconds(window.as_of) - came >= LONG).fill_null(False)
    return leads.mutate(
        numerator=only(is_old, waited).cast("int64"),
        denominator=only(is_old, 1).cast("int64"),
        is_excluded=~is_old,
    ).drop("answered_at")


lead_response_time = Kpi(
    name="lead_response_time",
    number="18",
    title="Lead response time",
    group="conversion",
    question="How long does a lead wait for us?",
    meaning="The time from a lead's creation to the first call, mail, message or meeting, of leads at least 30 days old. Whoever was not answered by then counts with 30 days, so that nobody is left out for having been forgotten. The median stands beside the mean.",
    formula="Σ wait, at most 30 days ÷ leads at least 30 days old",
    numerator_words="time waited",
    denominator_words="leads at least 30 days old",
    unit=Unit.HOURS,
    basis=Basis.CREATED,
    better="down",
    source="HBR",
    pitfalls="All hours count, nights and weekends too. A few forgotten leads move the mean far: read the median. What nobody logged counts as not done, and mail that goes out by itself as an answer where it is logged as one.",
    rows_of="lead",
    rows=_rows,
    takes_where=False,
    percentiles=(50, 90),
    interval=Interval.MEAN,
    needs=NEEDS_OF_ANSWERS,
    splits=SPLITS,
    scale=SECONDS_AN_HOUR,
)
