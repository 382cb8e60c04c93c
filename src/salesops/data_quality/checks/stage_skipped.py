"""Open deals that went past a stage of their pipeline without ever being in it."""

from salesops.book.listing import ListColumn
from salesops.data_quality._check import Check
from salesops.data_quality._lent import HISTORY, STAGE
from salesops.data_quality._wording import OPEN

# The stages in use after the first it was in and before the furthest, as bits by position.
_BETWEEN = (
    "((CAST(1 AS BIGINT) << h.furthest_position) - (CAST(1 AS BIGINT) << h.first_position))"
    " & s.stages_in_use"
)
_SKIPPED = (
    "(SELECT string_agg(f.stage, ', ' ORDER BY f.position) FROM pipeline_stage f "
    "WHERE f.pipeline = x.pipeline AND f.outcome = 'open' AND f.is_active IS NOT FALSE "
    "AND f.position > h.first_position AND f.position < h.furthest_position "
    "AND (h.visited >> f.position) & 1 = 0)"
)

stage_skipped = Check(
    name="stage_skipped",
    title="Skipped a stage",
    wrong="Between the first and the furthest stage the deal was in, there is one it never entered.",
    matters="What that stage is for was not done or not recorded, and conversion between stages cannot be trusted.",
    remedy="Ask the owner whether the work of that stage was done; move the deal to where it stands.",
    table="opportunity",
    concerns=f"{OPEN} AND h.furthest_position < 62",
    is_wrong=f"({_BETWEEN}) & ~h.visited <> 0",
    mends="opportunity.stage",
    severity="note",
    needs_history=True,
    lent=(HISTORY, STAGE),
    shows=(ListColumn("skipped", "Skipped", _SKIPPED),),
    past=(),
)
