"""Arranging the stages of a pipeline: what they mean, their order, new ones, and those no longer in use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from salesops.actions.changing import changing
from salesops.actions.create_record import create_record
from salesops.actions.edit_record import Unfit, edit_record, held_to_edit
from salesops.actions.move_person import day_in
from salesops.book.settings import FIRST_DAY
from salesops.book.stage_meaning import DATED, given, taken_back
from salesops.foundations.clock import Clock
from salesops.foundations.one_line import one_line
from salesops.foundations.problem import Refusal
from salesops.records.change import Change
from salesops.records.models import PipelineStage
from salesops.records.reach import EDIT_ALL
from salesops.records.user import User
from salesops.records.zone import organisation_zone

OUTCOMES = ("open", "won", "lost", "no_decision")
CATEGORIES = ("omitted", "pipeline", "best_case", "commit", "closed")
LONGEST_NAME = 120


def may_arrange(actor: User) -> bool:
    """The actor may arrange stages."""
    return actor.is_active and actor.role in EDIT_ALL


def in_order(pipeline: str | None) -> list[Any]:
    """The stages of a pipeline in their order."""
    of_it = PipelineStage.objects.filter(pipeline=pipeline, deleted_at=None)
    return sorted(of_it, key=lambda s: (s.position is None, s.position or 0, s.stage or ""))


def edit_stage(
    actor: User,
    key: str,
    values: Mapping[str, Any],
    clock: Clock,
    *,
    seen: int,
    since: date | None = None,
    reason: str = "",
) -> Change:
    """Give a stage another meaning, from the day `since` on, or for all days. Its name stays, as deals carry it.

    `seen` is the version of the stage that the person was looking at.
    """
    refuse_who_may_not(actor)
    _refuse_day(since, clock)
    if "stage" in values or "pipeline" in values:
        raise Refusal("A stage keeps its name, as deals carry it. Add another and move the deals.")
    _refuse_misfit(values)
    stage = _stage(key)
    dated = {name: value for name, value in values.items() if name in DATED}
    before = given(meaning_now(stage), stage.meant_before, dated, since)
    if before != stage.meant_before:
        values = {**values, "meant_before": before}
    return edit_record(actor, PipelineStage, key, values, clock, seen=seen, reason=reason)


def take_back_turn(actor: User, key: str, day: date, clock: Clock, *, seen: int) -> Change:
    """Have a stage mean what it did as if nothing had changed on that day."""
    refuse_who_may_not(actor)
    stage = _stage(key)
    if day.isoformat() not in (stage.meant_before or {}):
        raise Refusal("On that day nothing changed, or it was taken back already.")
    values, before = taken_back(meaning_now(stage), stage.meant_before, day)
    values["meant_before"] = before
    return edit_record(actor, PipelineStage, key, values, clock, seen=seen)


def meaning_now(stage: Any) -> dict[str, Any]:
    """What a stage means, of what has its days."""
    return {name: getattr(stage, name) for name in DATED}


def add_stage(
    actor: User, pipeline: str, name: str, values: Mapping[str, Any], clock: Clock
) -> Any:
    """A new stage at the end of a pipeline."""
    refuse_who_may_not(actor)
    stage = one_line(name)
    if not stage:
        raise Unfit("stage", "Give the stage a name.")
    if len(stage) > LONGEST_NAME:
        raise Unfit("stage", f"A name has at most {LONGEST_NAME} letters.")
    there = in_order(pipeline or None)
    if any((s.stage or "").casefold() == stage.casefold() for s in there):
        raise Unfit("stage", f"There is a stage {stage} in this pipeline already.")
    _refuse_misfit(values)
    position = max((s.position or 0 for s in there), default=0) + 1
    given = {"pipeline": pipeline or None, "stage": stage, "position": position, **values}
    return create_record(actor, PipelineStage, {"is_active": True, **given}, clock)


def move_stage(actor: User, key: str, place: int, clock: Clock) -> Change:
    """Put a stage at another place of its pipeline, counted from 1; the others close up. One change."""
    refuse_who_may_not(actor)
    with changing(actor, "arrange_stages", clock) as change:
        moved = _stage(key)
        others = [s for s in in_order(moved.pipeline) if s.pk != key]
        held_to_edit(actor, PipelineStage, [key, *(s.pk for s in others)])
        others.insert(max(0, min(len(others), place - 1)), moved)
        for position, stage in enumerate(others, 1):
            if stage.position != position:
                PipelineStage.objects.filter(pk=stage.pk).update(position=position)
    return change


def refuse_who_may_not(actor: User) -> None:
    """Refuse whoever may not arrange stages."""
    if not may_arrange(actor):
        raise Refusal(
            "Only sales operations and administrators arrange stages; an analyst only looks. Ask them."
        )


def _stage(key: str) -> Any:
    found = PipelineStage.objects.filter(pk=key, deleted_at=None).first()
    if found is None:
        raise Refusal("There is no such stage.")
    return found


def _refuse_day(since: date | None, clock: Clock) -> None:
    if since is None:
        return
    if since > day_in(organisation_zone(), clock):
        raise Unfit(
            "since", "That day is still to come. Change the stage when it has, or choose today."
        )
    if since < FIRST_DAY:
        raise Unfit("since", "That is before any deal. Choose “It was always so”.")


def _refuse_misfit(values: Mapping[str, Any]) -> None:
    if values.get("outcome") not in (None, *OUTCOMES):
        raise Unfit("outcome", "Choose an outcome of the list.")
    if values.get("forecast_category") not in (None, *CATEGORIES):
        raise Unfit("forecast_category", "Choose a category of the list.")
    chance = values.get("default_probability")
    if chance is not None and not Decimal(0) <= Decimal(chance) <= Decimal(1):
        raise Unfit("default_probability", "A probability is between 0 % and 100 %.")
