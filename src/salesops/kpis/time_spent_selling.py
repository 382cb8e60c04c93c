"""Time spent selling: hours with buyers as a share of hours logged."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import only, with_place, within


def _rows(facts: Facts, window: Window) -> Table:
    work = facts.table("activity")
    work = work.filter(work.is_done, within(work.occurred_on, window))
    good = (work.duration_minutes > 0).fill_null(False)
    work = work.mutate(
        happened_on=work.occurred_on,
        numerator=only(good, ones(work.is_selling) * work.duration_minutes),
        denominator=only(good, work.duration_minutes),
        is_excluded=~good,
    )
    return with_place(facts, work, "owner_id", work.occurred_on)


time_spent_selling = Kpi(
    name="time_spent_selling",
    number="58",
    title="Time spent selling",
    group="people",
    question="How much of the day goes to buyers?",
    meaning="Of the hours logged in the period, the share spent with buyers by phone, mail, message or meeting.",
    formula="hours in selling activities ÷ hours logged",
    numerator_words="minutes with buyers",
    denominator_words="minutes logged",
    unit=Unit.SHARE,
    basis=Basis.PERIOD,
    better="up",
    source="SEED, JB",
    pitfalls="It is only as whole as what is logged: without internal work in the calendar it looks too good.",
    rows_of="activity",
    rows=_rows,
    takes_where=False,
    interval=Interval.RATIO,
    needs=(Need("activity", "duration_minutes", "activities with a duration", "Task and Event"),),
    splits=("team", "person", "activity", "account"),
)
