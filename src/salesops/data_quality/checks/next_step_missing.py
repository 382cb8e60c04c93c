"""Open deals in a late stage without a next step."""

from salesops.book.listing import ListColumn
from salesops.data_quality._check import Check
from salesops.data_quality._lent import STAGE
from salesops.data_quality._wording import is_empty
from salesops.kpis._definition import Need

next_step_missing = Check(
    name="next_step_missing",
    title="No next step in a late stage",
    wrong=(
        "The deal is open in a stage in which the offer is with the buyer, and its next step is empty or says "
        "nothing. Where no stage is flagged so, the later half of the stages counts as late."
    ),
    matters="Nobody has agreed what happens next. Such deals slip.",
    remedy="Agree the next step with the buyer and write it down.",
    table="opportunity",
    concerns="NOT x.is_closed AND (s.is_pitched OR (NOT s.has_pitched AND s.position * 2 > s.open_stages))",
    is_wrong=is_empty("x.next_step"),
    mends="opportunity.next_step",
    severity="warn",
    needs=(Need("opportunity", "next_step", "next steps", "Opportunity (NextStep)"),),
    lent=(STAGE,),
    shows=(
        ListColumn("next_step", "Next step", "x.next_step"),
        ListColumn("close_date", "Close date", "x.close_date", "date"),
    ),
    past=("next_step",),
)
