"""What a stage meant, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from salesops.foundations.period_words import day_in_words
from salesops.records.models import PipelineStage
from salesops.web.pages.keeping.facts import title_of
from salesops.web.words import said


def what(column: str) -> str:
    """What of its meaning a column tells, within a sentence."""
    return title_of(PipelineStage, column).lower()


def meant(value: Any) -> str:
    """A value of a stage; nothing is what its name says."""
    if value is None:
        return "by its name"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return said(str(value)).lower()


def meant_before(before: Mapping[str, Mapping[str, Any]] | None) -> str:
    """All that a stage meant before its days, as one line of history; empty where it never meant anything else."""
    return "; ".join(
        f"until {day_in_words(date.fromisoformat(day))} "
        + ", ".join(f"{what(name)}: {meant(value)}" for name, value in values.items())
        for day, values in sorted((before or {}).items())
    )
