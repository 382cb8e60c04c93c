"""Deals lost within a year of which nobody said why."""

from salesops.book.listing import ListColumn
from salesops.data_quality._check import Check
from salesops.data_quality._wording import WITHIN_A_YEAR, is_empty
from salesops.kpis._definition import Need

loss_reason_missing = Check(
    name="loss_reason_missing",
    title="Lost without a reason",
    wrong="The deal was lost within the last 365 days, and its loss reason is empty or says nothing.",
    matters="Why deals are lost cannot be told, and so not be changed.",
    remedy="Ask the owner, while they remember.",
    table="opportunity",
    concerns=f"x.outcome = 'lost' AND {WITHIN_A_YEAR}",
    is_wrong=is_empty("x.loss_reason"),
    mends="opportunity.loss_reason",
    severity="warn",
    needs=(Need("opportunity", "loss_reason", "loss reasons", "Opportunity (a loss reason)"),),
    shows=(
        ListColumn("loss_reason", "Loss reason", "x.loss_reason"),
        ListColumn("closed_on", "Lost on", "x.closed_on", "date"),
    ),
    past=("loss_reason",),
)
