"""Deals without an amount in a stage that needs one."""

from salesops.book.listing import ListColumn
from salesops.data_quality._check import Check
from salesops.data_quality._wording import AMOUNTS

amount_missing = Check(
    name="amount_missing",
    title="No amount",
    wrong="The deal is won, or open in a stage that counts as pipeline, and its amount is missing or 0.",
    matters="It adds nothing to pipeline, forecast or bookings, which are all too low without it.",
    remedy="Ask the owner what it is worth.",
    table="opportunity",
    concerns="x.is_won OR (NOT x.is_closed AND x.is_qualified)",
    is_wrong="coalesce(x.amount_minor, 0) = 0",
    mends="opportunity.amount_minor",
    severity="bad",
    needs=(AMOUNTS,),
    shows=(ListColumn("close_date", "Close date", "x.close_date", "date"),),
    is_unpriced=True,
    past=("amount_minor",),
)
