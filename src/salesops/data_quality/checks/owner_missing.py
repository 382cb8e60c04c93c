"""Open deals that belong to nobody."""

from salesops.data_quality._check import Check
from salesops.data_quality._wording import OPEN, OWNERS

owner_missing = Check(
    name="owner_missing",
    title="No owner",
    wrong="The deal is open and names no owner.",
    matters="Nobody works it, and it is missing from every number by person and team.",
    remedy="Give it to somebody.",
    table="opportunity",
    concerns=OPEN,
    is_wrong="x.owner_id IS NULL",
    mends="opportunity.owner_id",
    severity="bad",
    needs=(OWNERS,),
    past=("owner_id",),
)
