"""Push count: how often the close date of an open opportunity was moved to a later quarter."""

from salesops.kpis._definition import Basis, Facts, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import seconds, within

A_DAY = 86_400  # a close date held for less is a correction


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    life = ibis.window(group_by="opportunity_id", order_by="valid_from")
    states = facts.whole("opportunity_version")
    states = states.filter(~states.is_closed, states.close_date.notnull())
    states = states.mutate(before=states.close_date.lag().over(life))
    # The states with which a close date began to hold, and for how long each did.
    held = states.filter(states.before.isnull() | (states.before != states.close_date))
    held = held.mutate(until=held.valid_from.lead().over(life))
    lasted = seconds(held.until) - seconds(held.valid_from)
    held = held.filter(held.until.isnull() | (lasted >= A_DAY))
    held = held.mutate(former=held.close_date.lag().over(life))
    later = held.filter(held.close_date > held.former).drop("before", "until", "closed_on")
    later = facts.on_day(later, "valid_from", "happened_on")
    later = later.filter(within(later.happened_on, window)).rename(id="opportunity_id")
    seen = facts.table("opportunity")
    later = later.semi_join(seen, later.id == seen.id)
    later = _with_quarter(facts, _with_quarter(facts, later, "former"), "close_date")
    return later.mutate(
        numerator=ones(later.quarter_of_former != later.quarter_of_close_date), denominator=1
    )


def _with_quarter(facts: Facts, rows: Table, column: str) -> Table:
    """Rows with the fiscal quarter of a day added as `quarter_of_` that day."""
    days = facts.whole("calendar")
    days = days.select(calendar_day="day", **{f"quarter_of_{column}": "quarter"})
    return rows.left_join(days, rows[column] == days.calendar_day).drop("calendar_day")


push_count = Kpi(
    name="push_count",
    number="31",
    title="Push count",
    group="pipeline",
    question="How often are deals pushed out to a later quarter?",
    meaning="How often the close date of an open opportunity was moved to a day in a later fiscal quarter.",
    formula="moves of a close date to a later quarter",
    numerator_words="moves to a later quarter",
    denominator_words="moves to a later day",
    unit=Unit.COUNT,
    basis=Basis.PERIOD,
    better="down",
    source="OWN, CL",
    pitfalls="A date held for less than a day is a correction and does not count. Pulling a deal in again cancels nothing. Moves within the quarter are among the rows, and count as 0.",
    rows=_rows,
    is_sum=True,
    needs=(Need("opportunity", "close_date", "close dates", "Opportunity"),),
    needs_history=True,
)
