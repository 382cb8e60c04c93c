"""Deals whose amount is far from what deals of their type are worth."""

from salesops.book.listing import ListColumn
from salesops.data_quality._check import Check
from salesops.data_quality._lent import LEAST_ALIKE, USUAL
from salesops.data_quality._wording import AMOUNTS

_TIMES = 10
_SPREADS = 5

amount_unlikely = Check(
    name="amount_unlikely",
    title="Amount far from the usual",
    wrong=(
        f"The deal is open or won, and its value is more than {_TIMES} times above or below the median of its "
        f"type and more than {_SPREADS} times as far from it as values usually are. Said only of types with "
        f"{LEAST_ALIKE} deals or more."
    ),
    matters="One zero too many moves the forecast of a whole team.",
    remedy="Compare it with the offer and correct the amount or its currency; leave it where it is true.",
    table="opportunity",
    concerns="x.outcome IN ('open', 'won') AND x.value_minor > 0 AND u.middle IS NOT NULL",
    is_wrong=(f"abs(ln(x.value_minor) - u.middle) > greatest(ln({_TIMES}), {_SPREADS} * u.spread)"),
    mends="opportunity.amount_minor",
    severity="warn",
    needs=(AMOUNTS,),
    lent=(USUAL,),
    shows=(
        ListColumn("type", "Type", "x.type"),
        ListColumn("usual", "Median", "CAST(round(exp(u.middle)) AS BIGINT)", "money"),
    ),
    past=("amount_minor",),
)
