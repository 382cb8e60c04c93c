"""Open deals that belong to somebody who has left."""

from salesops.data_quality._check import Check
from salesops.data_quality._lent import OWNER
from salesops.data_quality._wording import OPEN, OWNERS
from salesops.kpis._definition import Need

owner_left = Check(
    name="owner_left",
    title="Owner has left",
    wrong="The deal is open and belongs to somebody who no longer works here.",
    matters="Nobody works it, and its money is in the forecast of nobody.",
    remedy="Hand it over to somebody who stays.",
    table="opportunity",
    concerns=f"{OPEN} AND p.id IS NOT NULL",
    is_wrong="p.is_active IS FALSE OR p.left_on <= $today",
    mends="opportunity.owner_id",
    severity="bad",
    needs=(OWNERS, Need("person", "name", "people", "User")),
    lent=(OWNER,),
)
