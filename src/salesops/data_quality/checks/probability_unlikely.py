"""Open deals whose probability is none their stage can have."""

from salesops.book.listing import ListColumn
from salesops.data_quality._check import Check
from salesops.data_quality._lent import STAGE
from salesops.kpis._definition import Need

_APART = "0.4"

probability_unlikely = Check(
    name="probability_unlikely",
    title="Probability contradicts the stage",
    wrong=(
        "The deal is open and its probability is 0 or 100 %, as of a deal that is decided, or more than 40 "
        "points away from its stage's own."
    ),
    matters="Weighted pipeline and forecast count it as lost, or as won.",
    remedy="Take the stage's own probability, or move the deal to the stage it is in.",
    table="opportunity",
    concerns="NOT x.is_closed AND x.probability IS NOT NULL",
    is_wrong=(
        "x.probability IS DISTINCT FROM s.default_probability AND (x.probability IN (0, 1) "
        f"OR abs(x.probability - s.default_probability) > {_APART})"
    ),
    mends="opportunity.probability",
    severity="warn",
    needs=(Need("opportunity", "probability", "probabilities", "Opportunity (Probability)"),),
    lent=(STAGE,),
    shows=(
        ListColumn(
            "probability", "Probability, %", "CAST(x.probability * 100 AS INTEGER)", "count"
        ),
        ListColumn(
            "stage_probability",
            "Stage's own, %",
            "CAST(s.default_probability * 100 AS INTEGER)",
            "count",
        ),
    ),
    past=("probability",),
)
