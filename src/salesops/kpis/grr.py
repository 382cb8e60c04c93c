"""Gross revenue retention: what is left of the revenue of the start, without what was added."""

from salesops.kpis._definition import Basis, Facts, Interval, Kpi, Table, Unit, Window
from salesops.kpis._populations import with_account
from salesops.kpis._recurring import NEEDS, SPLITS, revenue_at_both_ends


def _rows(facts: Facts, window: Window) -> Table:
    import ibis

    both = revenue_at_both_ends(facts, window)
    kept = both.filter(both.at_start > 0)
    left = ibis.least(kept.at_end.fill_null(0), kept.at_start)
    return with_account(facts, kept.mutate(numerator=left, denominator=kept.at_start))


grr = Kpi(
    name="grr",
    number="72",
    title="Gross revenue retention",
    group="economics",
    question="How much of what customers pay do we keep?",
    meaning="Of the accounts paying at the start of the period, the share of their revenue that is still there at its end; an account that pays more counts as it was. Ask for it over twelve months.",
    formula="Σ least of (end, start) of each account ÷ Σ start",
    numerator_words="monthly revenue kept",
    denominator_words="monthly revenue at the start",
    unit=Unit.SHARE,
    sums=(Unit.MONEY, Unit.MONEY),
    basis=Basis.POINT,
    better="up",
    source="PUL, NS",
    pitfalls="The least is taken account by account, which is stricter than of the company's totals.",
    rows_of="account",
    rows=_rows,
    takes_where=False,
    interval=Interval.RATIO,
    needs=NEEDS,
    splits=SPLITS,
)
