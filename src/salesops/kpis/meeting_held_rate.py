"""Meetings held: of the meetings planned for the days of a period, the share that took place."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import only, with_place, within
from salesops.kpis.first_meeting_conversion import MEETINGS

YOUNG = 7  # days within which it may still be said that a meeting was held


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    met = facts.table("activity")
    met = _that_should_be_over(met, window).filter(within(met.occurred_on, window))
    is_held = met.is_done.fill_null(True)
    # Where it is said of no meeting that it was not held, as calendars do not say, nothing is known of those held.
    every = _that_should_be_over(facts.whole("activity"), window)
    is_told = every.aggregate(missed=ones(~every.is_done).max()).missed.as_scalar() == 1
    is_told = is_told.fill_null(False)
    lately = met.occurred_on > (window.today - ibis.interval(days=YOUNG)).cast("date")
    counted = met.mutate(
        happened_on=met.occurred_on,
        numerator=only(is_told, ones(is_held)),
        denominator=only(is_told, 1).cast("int64"),
        is_excluded=~is_told,
        is_open=is_told & ~is_held & lately,
    )
    return with_place(facts, counted, "owner_id", counted.occurred_on)


def _that_should_be_over(work: Table, window: Window) -> Table:
    return work.filter(work.kind.isin(MEETINGS), work.occurred_at <= window.as_of)


meeting_held_rate = Kpi(
    name="meeting_held_rate",
    number="17",
    title="Meetings held",
    group="conversion",
    question="How many of the meetings we book take place?",
    meaning="Of the meetings and demonstrations whose time has come in the period, the share that is marked as done.",
    formula="meetings marked as done ÷ meetings whose time has come",
    numerator_words="meetings held",
    denominator_words="meetings whose time has come",
    unit=Unit.SHARE,
    basis=Basis.PERIOD,
    better="up",
    source="OWN",
    pitfalls="A meeting that was moved counts on its new day, and one that was deleted not at all. One that took place and that nobody marked counts as not held; of the last seven days it is counted as open. There is no value where all meetings are marked as done: calendars such as Salesforce's events do not say which were not held.",
    rows_of="activity",
    rows=_rows,
    takes_where=False,
    where_excluded="of no meeting is it said that it was not held",
    interval=Interval.SHARE,
    needs=(Need("activity", "kind", "activities", "Task and Event"),),
    splits=("team", "person", "activity", "industry", "country", "region", "account"),
)
