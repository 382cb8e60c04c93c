"""Adding a pipeline: the stages that deals go through in their order, and the two in which they end."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from salesops.actions.arrange_stages import LONGEST_NAME, refuse_who_may_not
from salesops.actions.changing import changing
from salesops.actions.create_record import create_within
from salesops.actions.edit_record import Unfit
from salesops.foundations.clock import Clock
from salesops.foundations.one_line import one_line
from salesops.records.change import Change
from salesops.records.models import PipelineStage
from salesops.records.user import User

MOST_STAGES = 40
Stage = tuple[str, Decimal | None]  # its name and probability


def add_pipeline(
    actor: User, name: str, stages: Sequence[Stage], won: str, lost: str, clock: Clock
) -> Change:
    """A new pipeline of these open stages, which ends in one that is won and one that is lost. One change."""
    refuse_who_may_not(actor)
    pipeline, won, lost = (one_line(text) for text in (name, won, lost))
    if not pipeline:
        raise Unfit("new_pipeline", "Give the pipeline a name.")
    there = PipelineStage.objects.filter(deleted_at=None).values_list("pipeline", flat=True)
    if pipeline.casefold() in {(known or "").casefold() for known in there}:
        raise Unfit("new_pipeline", f"There is a pipeline {pipeline} already.")
    opened = [(one_line(stage), chance) for stage, chance in stages]
    _refuse_misfit(pipeline, [stage for stage, _ in opened], won, lost)
    with changing(actor, "add_pipeline", clock) as change:
        every: list[tuple[str, Decimal | None, str, str | None]] = [
            *((stage, chance, "open", None) for stage, chance in opened),
            (won, Decimal(1), "won", "closed"),
            (lost, Decimal(0), "lost", "omitted"),
        ]
        for position, (stage, chance, outcome, category) in enumerate(every, 1):
            given = {
                "pipeline": pipeline,
                "stage": stage,
                "position": position,
                "default_probability": chance,
                "outcome": outcome,
                "forecast_category": category,
                "is_active": True,
            }
            create_within(change, actor, PipelineStage, given)
    return change


def _refuse_misfit(pipeline: str, opened: Sequence[str], won: str, lost: str) -> None:
    if not any(opened):
        raise Unfit("stages", "Name at least one stage in which a deal is open, one a line.")
    if not (won and lost):
        raise Unfit("stages", "Say what the stages of won and of lost deals are called.")
    if len(opened) > MOST_STAGES:
        raise Unfit("stages", f"A pipeline has at most {MOST_STAGES} open stages.")
    names = [*opened, won, lost]
    longest = max((pipeline, *names), key=len)
    if len(longest) > LONGEST_NAME:
        raise Unfit("stages", f"A name has at most {LONGEST_NAME} letters: {longest[:40]} …")
    folded = [stage.casefold() for stage in names]
    twice = next((stage for stage in names if folded.count(stage.casefold()) > 1), None)
    if twice is not None:
        raise Unfit("stages", f"{twice} is there twice. Each stage has a name of its own.")
