"""Stalled rate: the share of open opportunities that nothing moved for longer than most stay in their stage."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import only, open_qualified, seconds
from salesops.kpis._stays import last_moved, time_in_stages

LONG = 0.9  # the percentile of the time in a stage


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    deals = open_qualified(facts)
    stays = time_in_stages(facts, window)
    # A stay that ended because the deal was deleted is none that anybody ended by moving it.
    over = stays.filter(~stays.is_there)
    known = facts.whole("opportunity")
    over = over.semi_join(known, over.opportunity_id == known.id)
    limits = over.group_by(stay_stage=over.stage).aggregate(
        # In whole tenths, where percentiles of whole numbers lie whatever an engine's floats say.
        long=(over.stayed.quantile(LONG) * 10).round().cast("int64")
    )
    moved = last_moved(facts, deals)
    met = facts.whole("activity")
    met = met.filter(met.is_done, met.is_selling, met.occurred_at <= window.as_of)
    met = met.group_by("opportunity_id").aggregate(met_at=met.occurred_at.max())
    joined = deals.left_join(moved, deals.id == moved.moved_deal)
    met = met.select("met_at", met_deal="opportunity_id")
    joined = joined.left_join(met, joined.id == met.met_deal)
    joined = joined.left_join(limits, joined.stage == limits.stay_stage)
    last = ibis.greatest(joined.moved_at, joined.met_at.coalesce(joined.moved_at))
    still = seconds(window.as_of) - seconds(last)
    good = (still.notnull() & joined.long.notnull()).fill_null(False)
    return joined.mutate(
        numerator=only(good, ones(still * 10 > joined.long)),
        denominator=only(good, 1).cast("int64"),
        is_excluded=~good,
    ).drop("moved_deal", "moved_at", "met_deal", "met_at", "stay_stage", "long")


stalled_rate = Kpi(
    name="stalled_rate",
    number="28",
    title="Stalled rate",
    group="pipeline",
    question="How much of what is open has stopped moving?",
    meaning="Of the open qualified opportunities, the share without a new stage, amount or close date, and without a call, mail, message or meeting, for longer than nine in ten opportunities ever stayed in the same stage.",
    formula="nothing moved for longer than P90 of the time in the stage ÷ open",
    numerator_words="stalled opportunities",
    denominator_words="open opportunities",
    unit=Unit.SHARE,
    basis=Basis.POINT,
    better="down",
    source="OWN",
    pitfalls="The time in a stage is that of the whole company and of opportunities that have left it, whoever reads and whatever is filtered. Opportunities in a stage that none has left yet are left out. A close date that is moved again and again keeps a deal alive here: read the push count beside it.",
    rows=_rows,
    interval=Interval.SHARE,
    needs=(Need("opportunity", "stage", "opportunities", "Opportunity"),),
    needs_history=True,
)
