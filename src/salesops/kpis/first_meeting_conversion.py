"""First meeting to opportunity: of the first meetings with buyers, the share that a qualified opportunity followed."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import only, with_place, within

DAYS = 60
MEETINGS = ("meeting", "demo")


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    met = facts.whole("activity")  # first of all of ours, whoever looks
    met = met.filter(
        met.is_done,
        met.kind.isin(MEETINGS),
        met.account_id.notnull(),
        met.occurred_at <= window.as_of,
    )
    row = ibis.struct(
        {name: met[name] for name in ("occurred_at", "id", "kind", "owner_id", "occurred_on")}
    )
    firsts = met.group_by("account_id").aggregate(row=row.min())
    first = firsts.select("account_id", *(firsts.row[n].name(n) for n in row.names))
    first = first.filter(within(first.occurred_on, window))
    if not facts.sees_all("activity"):
        seen = facts.table("activity")
        first = first.semi_join(seen, first.id == seen.id)
    until = (first.occurred_on + ibis.interval(days=DAYS)).cast("date")
    first = first.mutate(happened_on=first.occurred_on, until=until)
    deals = facts.whole("opportunity")
    deals = deals.filter(deals.qualified_on.notnull(), deals.account_id.notnull())
    deals = deals.select(buyer="account_id", qualified_on="qualified_on")
    both = first.inner_join(deals, first.account_id == deals.buyer)
    led = both.group_by("buyer").aggregate(
        had_one=ones(both.qualified_on < both.occurred_on).max(),
        got_one=ones(
            (both.qualified_on >= both.occurred_on) & (both.qualified_on < both.until)
        ).max(),
    )
    joined = first.left_join(led, first.account_id == led.buyer)
    is_new = joined.had_one.fill_null(0) == 0
    counted = joined.mutate(
        numerator=only(is_new, joined.got_one.fill_null(0)),
        denominator=only(is_new, 1).cast("int64"),
        is_excluded=~is_new,
        is_open=is_new & (joined.got_one.fill_null(0) == 0) & (joined.until > window.today),
    ).drop("buyer", "had_one", "got_one", "until")
    return with_place(facts, counted, "owner_id", counted.occurred_on)


first_meeting_conversion = Kpi(
    name="first_meeting_conversion",
    number="16",
    title="First meeting to opportunity",
    group="conversion",
    question="How many first meetings lead to something?",
    meaning="Of the first meetings held in the period with accounts that had no qualified opportunity yet, the share followed by one within 60 days.",
    formula="followed by a qualified opportunity within 60 days ÷ first meetings held",
    numerator_words="first meetings followed by a qualified opportunity",
    denominator_words="first meetings held",
    unit=Unit.SHARE,
    basis=Basis.PERIOD,
    better="up",
    source="GANG",
    pitfalls="A meeting is known to be with an account only where its activity names one. Meetings of the last 60 days without an opportunity yet are counted as open. That one followed the other does not make it the cause.",
    rows_of="activity",
    rows=_rows,
    takes_where=False,
    interval=Interval.SHARE,
    needs=(
        Need("activity", "account_id", "activities with accounts", "Task and Event"),
        Need(
            "opportunity",
            "qualified_on",
            "deals that reached a qualified stage",
            "OpportunityHistory (or name the qualified stages under Settings)",
        ),
    ),
    needs_history=True,
    splits=("team", "person", "activity", "industry", "country", "region", "account"),
)
