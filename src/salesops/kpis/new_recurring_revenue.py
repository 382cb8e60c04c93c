"""New recurring revenue: what accounts pay a month that did not pay at the start of the period."""

from salesops.kpis._definition import Basis, Facts, Kpi, Table, Unit, Window
from salesops.kpis._populations import only, with_account
from salesops.kpis._recurring import NEEDS, SPLITS, revenue_at_both_ends


def _rows(facts: Facts, window: Window) -> Table:
    both = revenue_at_both_ends(facts, window)
    gained = both.filter(both.at_start.fill_null(0) == 0, both.at_end.notnull())
    gained = gained.mutate(
        numerator=gained.at_end, denominator=only(gained.at_end.notnull(), 1).cast("int64")
    )
    return with_account(facts, gained)


new_recurring_revenue = Kpi(
    name="new_recurring_revenue",
    number="64a",
    title="New recurring revenue a month",
    group="economics",
    question="What did the customers we gained add a month?",
    meaning="What accounts pay a month at the end of the period that paid nothing at its start.",
    formula="Σ monthly recurring revenue of accounts gained",
    numerator_words="new monthly revenue",
    denominator_words="accounts gained",
    unit=Unit.MONEY,
    basis=Basis.POINT,
    better="up",
    source="BVP6",
    pitfalls="Who stopped and came back is new again. Gained and lost within the period is not in it.",
    rows_of="account",
    rows=_rows,
    takes_where=False,
    is_sum=True,
    needs=NEEDS,
    splits=SPLITS,
)
