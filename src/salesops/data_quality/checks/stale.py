"""Open deals left alone for longer than nearly all won deals spent in their stage."""

from salesops.book.listing import ListColumn
from salesops.data_quality._check import Check
from salesops.data_quality._lent import ACTIVITY, HISTORY, LEAST_ALIKE, LIVED
from salesops.data_quality._wording import OPEN

# The day of the last sign of life; those that are not known count for nothing.
_LAST = "greatest(x.created_on, CAST(h.changed_at AS DATE), t.last_on)"

stale = Check(
    name="stale",
    title="Nothing happened for too long",
    wrong=(
        "Since the deal last changed or had an activity, more days have passed than 95 % of the deals won within "
        f"the last 365 days spent in its stage. Said only of stages that {LEAST_ALIKE} of these or more went through."
    ),
    matters="It stands in the pipeline at its full amount, and is hardly ever won.",
    remedy="Call the buyer, or close the deal.",
    table="opportunity",
    concerns=f"{OPEN} AND w.days IS NOT NULL",
    is_wrong=f"date_diff('day', {_LAST}, $today) > w.days",
    mends="opportunity.stage",
    severity="warn",
    needs_history=True,
    lent=(HISTORY, ACTIVITY, LIVED),
    shows=(
        ListColumn("last_on", "Last sign", _LAST, "date"),
        ListColumn("days", "Days since", f"date_diff('day', {_LAST}, $today)", "count"),
        ListColumn("usual_days", "Usual at most", "w.days", "count"),
    ),
    past=(),
)
