"""Open deals that stand in an earlier stage than they had reached."""

from salesops.book.listing import ListColumn
from salesops.data_quality._check import Check
from salesops.data_quality._lent import HISTORY
from salesops.data_quality._wording import OPEN

_FURTHEST = (
    "(SELECT min(f.stage) FROM pipeline_stage f "
    "WHERE f.pipeline = x.pipeline AND f.position = h.furthest_position)"
)

stage_backwards = Check(
    name="stage_backwards",
    title="Moved back to an earlier stage",
    wrong="The deal is open and stands in an earlier stage of its pipeline than it had reached.",
    matters="Either it was moved on too soon or it lost ground; its close date and amount are of the later stage.",
    remedy="Ask the owner what happened, and set stage, close date and amount to what is true.",
    table="opportunity",
    concerns=f"{OPEN} AND h.furthest_position IS NOT NULL",
    is_wrong="x.stage_position < h.furthest_position",
    mends="opportunity.stage",
    severity="note",
    needs_history=True,
    lent=(HISTORY,),
    shows=(ListColumn("furthest", "Had reached", _FURTHEST),),
    past=(),
)
