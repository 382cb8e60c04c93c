"""Win rate by value: of the money that closed, the share that was won."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window
from salesops.kpis._populations import closed_in, only


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    deals = closed_in(facts, window)
    versions = facts.whole("opportunity_version")
    staying = versions.filter(versions.outcome == "open", versions.value_minor.notnull())
    missed = deals.filter(~deals.is_won).select(missed_deal="id")
    staying = staying.semi_join(missed, staying.opportunity_id == missed.missed_deal)
    last = staying.group_by("opportunity_id").aggregate(
        last_open_value=staying.value_minor.argmax(staying.valid_from)
    )
    last = last.select(last_deal="opportunity_id", last_open_value="last_open_value")
    joined = deals.left_join(last, deals.id == last.last_deal).drop("last_deal")
    # People set lost deals to zero: what was at stake is the last amount before closing.
    stake = ibis.ifelse(
        joined.is_won, joined.value_minor, joined.last_open_value.coalesce(joined.value_minor)
    )
    return joined.mutate(
        numerator=only(stake.notnull(), ibis.ifelse(joined.is_won, stake, 0)),
        denominator=stake,
        is_excluded=stake.isnull(),
    )


win_rate_value = Kpi(
    name="win_rate_value",
    number="4",
    title="Win rate by value",
    group="conversion",
    question="Of the money we bring to an end, how much do we win?",
    meaning="Of the value of opportunities closed in the period, the share that was won. Lost deals count with their last amount before closing.",
    formula="value won ÷ value closed",
    numerator_words="value won",
    denominator_words="value closed",
    unit=Unit.SHARE,
    sums=(Unit.MONEY, Unit.MONEY),
    basis=Basis.CLOSED,
    better="up",
    source="OWN",
    pitfalls="Without history a lost deal counts with the amount it has now, which people often set to zero.",
    rows=_rows,
    interval=Interval.RATIO,
    needs=(
        Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),
        Need("opportunity", "value_minor", "opportunities with an amount", "Opportunity"),
    ),
)
