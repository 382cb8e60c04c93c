"""Deals whose close date lies before they were created."""

from salesops.book.listing import ListColumn
from salesops.data_quality._check import Check
from salesops.data_quality._wording import CLOSE_DATES
from salesops.kpis._definition import Need

close_before_creation = Check(
    name="close_before_creation",
    title="Closed before it was created",
    wrong="The deal's close date lies before the day it was created.",
    matters="Its sales cycle is negative, so it is left out of every cycle and counts in a quarter before its time.",
    remedy="Correct the close date. A deal entered after it was won is created on the day it was entered.",
    table="opportunity",
    concerns="x.close_date IS NOT NULL AND x.created_on IS NOT NULL",
    is_wrong="x.close_date < x.created_on",
    mends="opportunity.close_date",
    severity="warn",
    needs=(
        CLOSE_DATES,
        Need("opportunity", "created_on", "creation days", "Opportunity (CreatedDate)"),
    ),
    shows=(
        ListColumn("created_on", "Created", "x.created_on", "date"),
        ListColumn("close_date", "Close date", "x.close_date", "date"),
    ),
    past=("close_date",),
)
