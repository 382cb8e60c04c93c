"""Share of the top fifth: how much of what is booked the best fifth of people book."""

from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import attainment_of_people


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    people = attainment_of_people(facts, window)
    best_first = ibis.window(order_by=[people.credited.desc(), people.owner_id])
    ranked = people.mutate(
        rank=ibis.row_number().over(best_first),
        people=people.owner_id.count().over(ibis.window()),
    )
    # A fifth that is no whole number of people is rounded up: of six, two.
    return ranked.mutate(
        numerator=ones(ranked["rank"] * 5 < ranked.people) * ranked.credited,
        denominator=ranked.credited,
    ).drop("rank", "people")


top_fifth_share = Kpi(
    name="top_fifth_share",
    number="51a",
    title="Bookings of the top fifth",
    group="quota",
    question="On how few people do we depend?",
    meaning="Of the bookings credited to the people who held a quota on every day of the period that has quotas, the share of the fifth of them that booked most, rounded up to whole people.",
    formula="credited bookings of the top fifth ÷ credited bookings of all",
    numerator_words="bookings of the top fifth",
    denominator_words="bookings of people with a quota all period",
    unit=Unit.SHARE,
    sums=(Unit.MONEY, Unit.MONEY),
    basis=Basis.CLOSED,
    better="",
    source="ORM, PP",
    pitfalls="Of fewer than five people it is the share of the best one; large territories show as well as large skill.",
    rows_of="person",
    rows=_rows,
    shorter_without=("team_quota", "opportunity_split"),
    takes_where=False,
    spans_days=True,
    needs=(
        Need("quota", "value_minor", "quotas", "ForecastingQuota"),
        Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),
    ),
    splits=(),
)
