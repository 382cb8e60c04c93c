"""Annual recurring revenue: what customers pay a month, times twelve."""

from salesops.kpis._definition import Basis, Facts, Kpi, Table, Unit, Window
from salesops.kpis._populations import only, paying_accounts, with_account
from salesops.kpis._recurring import MONTHS_A_YEAR, NEEDS, SPLITS


def _rows(facts: Facts, window: Window) -> Table:
    paying = with_account(facts, paying_accounts(facts, window.today))
    return paying.mutate(
        numerator=paying.monthly * MONTHS_A_YEAR,
        denominator=only(paying.monthly.notnull(), 1).cast("int64"),
        is_excluded=paying.monthly.isnull(),
    )


arr = Kpi(
    name="arr",
    number="70",
    title="Annual recurring revenue",
    group="economics",
    question="What do our customers pay in a year?",
    meaning="Recurring revenue a month of the accounts that pay on the day of the reading, times twelve.",
    formula="Σ monthly recurring revenue × 12",
    numerator_words="recurring revenue a year",
    denominator_words="active accounts",
    unit=Unit.MONEY,
    basis=Basis.POINT,
    better="up",
    source="GASP, BVP2",
    pitfalls="It is a run rate: what is signed and not yet paid is not in it.",
    rows_of="account",
    rows=_rows,
    takes_where=False,
    is_sum=True,
    needs=NEEDS,
    splits=SPLITS,
)
