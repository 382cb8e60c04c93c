"""Open deals without a close date."""

from salesops.book.listing import ListColumn
from salesops.data_quality._check import Check
from salesops.data_quality._wording import CLOSE_DATES, OPEN

close_date_missing = Check(
    name="close_date_missing",
    title="No close date",
    wrong="The deal is open and has no close date.",
    matters="It belongs to no quarter, so every forecast leaves it out.",
    remedy="Ask the owner when it is expected to close.",
    table="opportunity",
    concerns=OPEN,
    is_wrong="x.close_date IS NULL",
    mends="opportunity.close_date",
    severity="bad",
    needs=(CLOSE_DATES,),
    shows=(ListColumn("close_date", "Close date", "x.close_date", "date"),),
    past=("close_date",),
)
