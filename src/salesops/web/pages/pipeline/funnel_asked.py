"""What the pages of the funnel are asked: of which deals and days, in which definition, and of which stage the deals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from salesops.pipeline import CROSSINGS, FATES
from salesops.pipeline.stays import GROUPS
from salesops.web.pages.pipeline.spans import Spanned, span_shown, spanned

COHORT, PERIOD = "cohort", "period"
# Each definition: how its door is called, and in one sentence what it takes and what for.
DEFINITIONS = (
    (
        COHORT,
        "Follow who entered",
        "Takes the deals that entered a stage in these days and follows them until now: to judge how well a stage converts.",
    ),
    (
        PERIOD,
        "What happened",
        "Counts what happened in these days, whenever the deals had entered: to see how much came, went and stayed.",
    ),
)


@dataclass(frozen=True)
class Asked(Spanned):
    """What the address asks for; `fate` is one of the definition's."""

    definition: str
    stage: str
    fate: str


def asked_of(request: HttpRequest) -> Asked:
    """The question an address asks."""
    given = {k: str(v).strip() for k, v in request.GET.items()}
    definition = PERIOD if given.get("definition") == PERIOD else COHORT
    fates = CROSSINGS if definition == PERIOD else FATES
    return Asked(
        **vars(spanned(request, GROUPS)),
        definition=definition,
        stage=given.get("stage", ""),
        fate=given["fate"] if given.get("fate") in fates else "entered",
    )


def frame(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """What the page shows whether or not there is an answer."""
    shown = span_shown(request, asked, GROUPS)
    return shown | {
        "days_carried": (*shown["days_carried"], "definition"),
        "definitions": [(name, title) for name, title, _ in DEFINITIONS],
        "definition_said": next(said for name, _, said in DEFINITIONS if name == asked.definition),
    }


def percent(share: float | None) -> str:
    """12.3 %, or nothing."""
    return "" if share is None else f"{share * 100:.1f} %"
