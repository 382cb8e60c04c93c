"""What stages of a local book meant when: a change from a day on, and one taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from salesops.book.settings import FIRST_DAY, Settings, StageMeaning
from salesops.book.stage_meaning import DATED, Before, given, taken_back, turns
from salesops.foundations.period_words import day_in_words
from salesops.foundations.problem import Refusal
from salesops.web.words import said

FLAGS = {"is_pitched": "pitched", "is_qualified": "qualified"}
SAID = ("outcome", *FLAGS)  # of what has its days, what a person says of a local book


def since_of(form: Mapping[str, str], last_day: date) -> date | None:
    """From which day on a change of stages is so; None where it was always so."""
    if form.get("when", "always") == "always":
        return None
    try:
        day = date.fromisoformat(form.get("since", "").strip())
    except ValueError:
        raise Refusal("Say from which day on, or choose “It was always so”.") from None
    if day < FIRST_DAY:
        raise Refusal("That is before any deal. Choose “It was always so”.")
    if day > last_day:
        raise Refusal(f"The book knows nothing after {last_day:%-d %B %Y}. Choose a former day.")
    return day


def dated(
    settings: Settings,
    present: Sequence[Mapping[str, Any]],
    changed: Sequence[StageMeaning],
    since: date | None,
) -> list[StageMeaning]:
    """What stages meant before their days, once those `changed` mean this from a day on, or have always meant it."""
    now = {(row["pipeline"], row["stage"]): row for row in present}
    found = list[StageMeaning]()
    for stage in changed:
        row = now.get((stage.pipeline, stage.stage), {})
        was = {name: row.get(name) for name in SAID}
        values = {n: value for n, value in _meant(stage).items() if value != was[n]}
        before = given(was, _before(settings, stage.pipeline, stage.stage), values, since)
        found += _as_said(stage.pipeline, stage.stage, before)
    return found


def without(
    settings: Settings, present: Sequence[Mapping[str, Any]], pipeline: str, stage: str, day: date
) -> Settings:
    """The settings as if the stage had not come to mean something else on that day."""
    row = next((r for r in present if (r["pipeline"], r["stage"]) == (pipeline, stage)), None)
    before = _before(settings, pipeline, stage)
    if row is None or day.isoformat() not in before:
        raise Refusal("On that day nothing changed, or it was taken back already.")
    values, left = taken_back(row, before, day)
    # Over what was said of the stage in every pipeline stands what is said of it in this one.
    others = [m for m in settings.stages if not (m.until and m.is_of(pipeline, stage))]
    mine = next((m for m in others if not m.until and _is_named(m, pipeline, stage)), None)
    now = (mine or StageMeaning(pipeline=pipeline, stage=stage)).model_copy(update=values)
    kept = [m for m in others if m is not mine]
    # What was said of the stage in every pipeline still holds in the others.
    for other in present:
        if other["stage"] == stage and other["pipeline"] != pipeline:
            theirs = _before(settings, other["pipeline"], stage)
            kept = [m for m in kept if not (m.until and _is_named(m, other["pipeline"], stage))]
            kept += _as_said(other["pipeline"], stage, theirs)
    return settings.model_copy(update={"stages": [*kept, now, *_as_said(pipeline, stage, left)]})


def told(settings: Settings, present: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each day on which a stage came to mean something else, in the order of the stages, the latest first."""
    return [
        {
            "stage": row["stage"],
            "pipeline": row["pipeline"],
            "day": turn.day,
            "said": day_in_words(turn.day),
            "what": [
                (FLAGS.get(n, n), _words(turn.was[n]), _words(turn.became[n]))
                for n in DATED
                if n in turn.was
            ],
        }
        for row in present
        for turn in turns(row, _before(settings, row["pipeline"], row["stage"]))
    ]


def _meant(stage: StageMeaning) -> dict[str, Any]:
    """What it means once it is in the book: a stage that ends deals is neither pitched nor qualified, whatever is ticked."""
    is_open = stage.outcome == "open"
    return {"outcome": stage.outcome} | {n: is_open and bool(getattr(stage, n)) for n in FLAGS}


def _before(settings: Settings, pipeline: str, stage: str) -> Before:
    found: dict[str, dict[str, Any]] = {}
    for m in sorted(settings.stages, key=lambda m: m.pipeline != ""):
        if m.until is not None and m.is_of(pipeline, stage):
            meant = m.model_dump(include=set(SAID), exclude_none=True)
            found.setdefault(m.until.isoformat(), {}).update(meant)
    return found


def _is_named(meaning: StageMeaning, pipeline: str, stage: str) -> bool:
    return (meaning.pipeline, meaning.stage) == (pipeline, stage)


def _as_said(pipeline: str, stage: str, before: Before | None) -> list[StageMeaning]:
    return [
        StageMeaning.model_validate({"pipeline": pipeline, "stage": stage, "until": day, **meant})
        for day, meant in (before or {}).items()
    ]


def _words(value: Any) -> str:
    return said(str(value)).lower() if isinstance(value, str) else "yes" if value else "no"
