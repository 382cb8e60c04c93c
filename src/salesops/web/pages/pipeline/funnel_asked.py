"""What the pages of the funnel are asked: of which deals and days, in which definition, and of which stage the deals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.http import HttpRequest

from salesops.foundations.percent import in_percent
from salesops.pipeline import CROSSINGS, FATES
from salesops.pipeline.funnel import Cohort
from salesops.pipeline.period_funnel import Passages
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
    definition = {"definition": PERIOD} if asked.definition == PERIOD else {}
    return shown | {
        "span_asked": definition | shown["span_asked"],
        "days_carried": (*shown["days_carried"], "definition"),
        "span_words": "Days" if asked.definition == PERIOD else "Entered",
        "definitions": [(name, title) for name, title, _ in DEFINITIONS],
        "definition_said": next(said for name, _, said in DEFINITIONS if name == asked.definition),
    }


class _OfAStage(Protocol):
    @property
    def stage(self) -> str: ...


Step = TypeVar("Step", bound=_OfAStage)


def beside(steps: Iterable[Step], former: Iterable[Step]) -> list[tuple[Step, Step | None]]:
    """Each stage with what it was in the funnel of the day compared with."""
    then = {step.stage: step for step in former}
    return [(step, then.get(step.stage)) for step in steps]


def groups_shown(
    groups: Iterable[Cohort | Passages],
    stages: Sequence[str],
    cell: Callable[[Any], dict[str, Any]],
) -> list[dict[str, Any]]:
    """Each group with its share at each stage: `cell` gives of a step `share` and `n`, and whether it `is_young`."""
    told = []
    for group in groups:
        steps = {step.stage: step for step in group.steps}
        told.append(
            {
                "label": group.label,
                "key": group.key or "",
                "is_null": group.key is None,
                "cells": [cell(steps[stage]) if stage in steps else {} for stage in stages],
            }
        )
    return told


def between(low: float | None, high: float | None) -> str:
    """12.3 % – 45.6 %, or nothing."""
    return "" if low is None else f"{percent(low)} – {percent(high)}"


def percent(share: float | None) -> str:
    """12.3 %, or nothing."""
    return "" if share is None else in_percent(share, 1)
