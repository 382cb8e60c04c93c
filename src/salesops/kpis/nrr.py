"""Net revenue retention: what the customers of the start still pay at the end, with what they added."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Table, Unit, Window
from salesops.kpis._populations import with_account
from salesops.kpis._recurring import NEEDS, SPLITS, revenue_at_both_ends


def _rows(facts: Facts, window: Window) -> Table:
    both = revenue_at_both_ends(facts, window)
    kept = both.filter(both.at_start > 0)
    kept = kept.mutate(numerator=kept.at_end.fill_null(0), denominator=kept.at_start)
    return with_account(facts, kept)


nrr = Kpi(
    name="nrr",
    number="71",
    title="Net revenue retention",
    group="economics",
    question="Do our customers pay more or less than they did?",
    meaning="Of the accounts paying at the start of the period, what they pay at its end as a share of what they paid at its start. Ask for it over twelve months.",
    formula="(start + expansion − contraction − churn) ÷ start, of the same accounts",
    numerator_words="monthly revenue at the end",
    denominator_words="monthly revenue at the start",
    unit=Unit.SHARE,
    sums=(Unit.MONEY, Unit.MONEY),
    basis=Basis.POINT,
    better="up",
    source="NS, PUL",
    pitfalls="Accounts gained within the period are not in it. Over all time there is no start, and so no value.",
    rows_of="account",
    rows=_rows,
    takes_where=False,
    interval=Interval.RATIO,
    needs=NEEDS,
    splits=SPLITS,
)
