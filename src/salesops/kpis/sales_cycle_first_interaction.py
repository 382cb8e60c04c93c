"""Sales cycle from first interaction: from the first contact by a seller to won."""

from salesops.kpis._definition import (
    SECONDS_A_DAY,
    Basis,
    Facts,
    Interval,
    Kpi,
    Need,
    Table,
    Unit,
    Window,
)
from salesops.kpis._populations import only, seconds, won_in


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    deals = won_in(facts, window)
    work = facts.whole("activity")  # whoever of us talked first
    work = work.filter(
        work.is_done,
        work.is_selling,
        work.opportunity_id.notnull(),
        work.occurred_at <= window.as_of,
    )
    first = work.group_by("opportunity_id").aggregate(
        first_at=work.occurred_at.min(), first_on=work.occurred_on.min()
    )
    first = first.select("first_at", "first_on", first_deal="opportunity_id")
    joined = deals.left_join(first, deals.id == first.first_deal).drop("first_deal")
    span = ibis.ifelse(
        joined.closed_at.notnull(),
        seconds(joined.closed_at) - seconds(joined.first_at),
        seconds(joined.closed_on) - seconds(joined.first_on),
    )
    good = (span >= 0).fill_null(False)
    return joined.mutate(
        numerator=only(good, span), denominator=only(good, 1).cast("int64"), is_excluded=~good
    )


sales_cycle_first_interaction = Kpi(
    name="sales_cycle_first_interaction",
    number="34",
    title="Sales cycle from first contact",
    group="cycle",
    question="How long from the first talk to the signature?",
    meaning="The time from the first call, mail, message or meeting by a seller to close, for opportunities won in the period.",
    formula="Σ (won − first interaction) ÷ won",
    numerator_words="time from first interaction to close",
    denominator_words="won opportunities with an interaction",
    unit=Unit.DAYS,
    basis=Basis.CLOSED,
    better="down",
    source="SEED",
    version=2,
    pitfalls="Deals without a logged interaction are left out.",
    rows=_rows,
    percentiles=(50, 90),
    interval=Interval.MEAN,
    needs=(
        Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),
        Need("activity", "opportunity_id", "activities on opportunities", "Task and Event"),
    ),
    scale=SECONDS_A_DAY,
)
