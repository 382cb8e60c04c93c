"""The sales process as data: what each stage asks of a deal, in versions that each hold from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator

from salesops.foundations.counting import counted

Said = TypeVar("Said")
LONGEST_NOTE = 400
LONGEST_SERVICE_LEVEL = 3_650  # days
ACTIVITY_KINDS = (
    "task", "call", "meeting", "email", "demo", "message", "note",
    "research", "administration", "internal", "travel", "training",
)  # fmt: skip


class ExpectedActivity(BaseModel):
    """Work that is done before a deal leaves a stage: so many of a kind at least."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: str = Field(min_length=1, max_length=60)
    at_least: int = Field(default=1, ge=1, le=99)


class StageRule(BaseModel):
    """What one stage asks. Without `pipeline` it holds in every pipeline that has a stage of that name.

    `entry` is a condition on a deal that enters the stage, `exit` on one that goes on from it, `days` the longest it stays.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    pipeline: str = ""
    stage: str = Field(min_length=1)
    entry: str = Field(default="", max_length=4000)
    exit: str = Field(default="", max_length=4000)
    activities: tuple[ExpectedActivity, ...] = ()
    days: int | None = Field(default=None, ge=1, le=LONGEST_SERVICE_LEVEL)
    may_be_skipped: bool = False

    @field_validator("activities")
    @classmethod
    def _each_kind_once(cls, said: tuple[ExpectedActivity, ...]) -> tuple[ExpectedActivity, ...]:
        twice = _twice([activity.kind for activity in said])
        if twice:
            raise ValueError(f"the kind “{twice}” is named twice")
        return said


class ProcessVersion(BaseModel):
    """The process as it holds from the beginning of a day on, until the next version does."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    since: date
    note: str = Field(default="", max_length=LONGEST_NOTE)
    stages: tuple[StageRule, ...] = ()

    @field_validator("stages")
    @classmethod
    def _each_stage_once(cls, said: tuple[StageRule, ...]) -> tuple[StageRule, ...]:
        twice = _twice([(rule.pipeline, rule.stage) for rule in said])
        if twice:
            raise ValueError(f"the stage “{twice[1]}” is named twice")
        return said


SalesProcess = tuple[ProcessVersion, ...]


def in_order(versions: SalesProcess) -> SalesProcess:
    """The versions by their days. Raises ValueError where two hold from one day."""
    twice = _twice([version.since for version in versions])
    if twice:
        raise ValueError(f"two versions hold from {twice}; a day has one")
    return tuple(sorted(versions, key=lambda version: version.since))


def activities_in_words(activities: Sequence[ExpectedActivity]) -> str:
    """1 meeting, 2 call: as people write it, too."""
    return ", ".join(f"{each.at_least} {each.kind}" for each in activities)


def in_words(rule: StageRule) -> str:
    """What a stage asks, in one line; nothing where it asks nothing."""
    parts = (
        rule.entry and f"entered only if {rule.entry}",
        rule.exit and f"left only if {rule.exit}",
        rule.activities and f"before leaving: {activities_in_words(rule.activities)}",
        rule.days and f"at most {counted(rule.days, 'day')}",
        rule.may_be_skipped and "may be skipped",
    )
    return "; ".join(part for part in parts if part)


def _twice(said: Sequence[Said]) -> Said | None:
    return next((each for place, each in enumerate(said) if each in said[:place]), None)
