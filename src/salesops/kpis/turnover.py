"""Turnover: how many people left in a period, of as many as there were on average."""

from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import (
    MILLIONTH,
    PARTS_PER_MILLION,
    days_between,
    decimal_of,
    only,
    ratio_of,
    with_place,
)


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    a_day = ibis.interval(days=1)
    ends = ibis.least(window.end, (window.today + a_day).cast("date"))
    people = facts.owned(facts.table("person").drop("team"), "id")
    people = people.filter(window.start < ends)
    # All time begins with the first who came.
    begins = ibis.greatest(window.start, people.hired_on.min().over(ibis.window()))
    people = people.mutate(over_from=begins, over_to=ends)
    gone = people.left_on.coalesce(people.over_to)
    is_known = (people.hired_on.notnull() & (gone >= people.hired_on)).fill_null(False)
    is_here = (people.hired_on < people.over_to) & (gone >= people.over_from)
    people = people.mutate(is_known=is_known, gone=ibis.least(gone, people.over_to))
    people = people.filter(~is_known | is_here.fill_null(False))
    came = ibis.greatest(people.over_from, people.hired_on)
    asked = days_between(people.over_from, people.over_to)
    part = ratio_of(days_between(came, people.gone), PARTS_PER_MILLION, asked)
    counted = people.mutate(
        numerator=only(people.is_known, ones(people.left_on < people.over_to)),
        denominator=only(people.is_known, decimal_of(part, MILLIONTH)),
        is_excluded=~people.is_known,
    )
    last = (counted.gone - a_day).cast("date")
    return with_place(facts, counted, "id", last).drop("over_from", "over_to", "gone", "is_known")


turnover = Kpi(
    name="turnover",
    number="57",
    title="Turnover",
    group="people",
    question="How many of our people do we lose?",
    meaning="The people who left in the period, of as many as there were on average over its days, as far as they have passed.",
    formula="people who left ÷ average number of people",
    numerator_words="people who left",
    denominator_words="people on average",
    unit=Unit.SHARE,
    basis=Basis.PERIOD,
    better="down",
    source="SHRM",
    pitfalls="It is that of the period: four quarters add up to a year, and one quarter times four says little. People count as heads, and whoever changes the team leaves none. The team is that of the last day. People without a first day are left out.",
    rows_of="person",
    rows=_rows,
    takes_where=False,
    spans_days=True,
    needs=(
        Need("person", "hired_on", "first days of people", "people with first and last days"),
        Need("person", "left_on", "last days of people", "people with first and last days"),
    ),
    splits=("team", "person"),
)
