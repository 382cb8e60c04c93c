"""Won within 90 days: of the opportunities created in a period, the share won before they were 90 days old."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Need, Table, Unit, Window, ones
from salesops.kpis._populations import only, within

DAYS = 90


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    deals = facts.table("opportunity")
    deals = deals.filter(within(deals.created_on, window))
    until = (deals.created_on + ibis.interval(days=DAYS)).cast("date")
    is_backwards = (deals.closed_on < deals.created_on).fill_null(False)
    good = (until <= window.today) & ~is_backwards
    return deals.mutate(
        happened_on=deals.created_on,
        numerator=only(good, ones(deals.is_won & (deals.closed_on < until))),
        denominator=only(good, 1).cast("int64"),
        is_excluded=~good,
    )


won_within_90_days = Kpi(
    name="won_within_90_days",
    number="6",
    title="Won within 90 days",
    group="conversion",
    question="Of what we start, how much is won within 90 days?",
    meaning="Of the opportunities created in the period that were created at least 90 days ago, the share won before they were 90 days old. Younger ones are left out, won or not.",
    formula="won within 90 days ÷ created at least 90 days ago",
    numerator_words="opportunities won within 90 days",
    denominator_words="opportunities created at least 90 days ago",
    unit=Unit.SHARE,
    basis=Basis.CREATED,
    better="up",
    source="FUN",
    pitfalls="What is won later does not count, so it lies below the win rate wherever sales cycles are long. Old and new periods can be compared, as all had the same time. Deals that closed before they were created are left out.",
    rows=_rows,
    interval=Interval.SHARE,
    needs=(
        Need("opportunity", "created_on", "days of creation", "Opportunity (CreatedDate)"),
        Need("opportunity", "closed_on", "closed opportunities", "Opportunity"),
    ),
)
