"""Open deals whose close date has passed."""

from salesops.book.listing import ListColumn
from salesops.data_quality._check import Check
from salesops.data_quality._wording import CLOSE_DATES, OPEN

close_date_past = Check(
    name="close_date_past",
    title="Close date has passed",
    wrong="The deal is open and its close date lies before today.",
    matters="Nobody knows when it will close, so no forecast can count on it.",
    remedy="Ask the owner for a date, or close the deal.",
    table="opportunity",
    concerns=OPEN,
    is_wrong="x.close_date < $today",
    mends="opportunity.close_date",
    severity="bad",
    needs=(CLOSE_DATES,),
    shows=(
        ListColumn("close_date", "Close date", "x.close_date", "date"),
        ListColumn("days", "Days past", "date_diff('day', x.close_date, $today)", "count"),
    ),
    past=("close_date",),
)
