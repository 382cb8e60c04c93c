"""Changing very many records, and taking that back: in small steps, so that nobody waits, each done once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.db import connection

from salesops.actions.edit_in_bulk import give_some
from salesops.actions.undo_in_bulk import put_back_some
from salesops.jobs.work import Work
from salesops.records.change import Change
from salesops.records.models import NOUNS

STEP = 200
PAUSE_SECONDS = 0.03  # in which others get SQLite's only lock

Some = Callable[[Sequence[str], dict[str, Any]], tuple[int, int]]


def edit_many(work: Work) -> dict[str, Any]:
    """The job: give the records the values that were asked for."""
    change = Change.objects.select_related("actor").get(pk=work.arguments["change"])
    noun = NOUNS[work.arguments["noun"]]
    return _in_steps(work, "Changing", lambda keys, values: give_some(change, noun, keys, values))


def undo_many(work: Work) -> dict[str, Any]:
    """The job: put the records back as they were."""
    undoing = Change.objects.select_related("actor", "undoes").get(pk=work.arguments["change"])
    noun = NOUNS[work.arguments["noun"]]
    return _in_steps(
        work, "Undoing", lambda keys, _: put_back_some(undoing, noun, keys, work.clock)
    )


def _in_steps(work: Work, words: str, do: Some) -> dict[str, Any]:
    """Each step and how far it came are one transaction. Killed and called again, it goes on from there."""
    total = sum(len(each["keys"]) for each in work.arguments["alike"])
    for place, (keys, values) in enumerate(_steps(work.arguments["alike"])):
        if place < work.kept.get("steps", 0):
            continue
        with work.effect():
            changed, left = do(keys, values)
            work.kept |= {
                "steps": place + 1,
                "seen": work.kept.get("seen", 0) + len(keys),
                "changed": work.kept.get("changed", 0) + changed,
                "left": work.kept.get("left", 0) + left,
            }
        work(words, work.kept["seen"], total)
        if connection.vendor == "sqlite":
            time.sleep(PAUSE_SECONDS)
    with work.effect():
        work.finish({"changed": work.kept.get("changed", 0), "left": work.kept.get("left", 0)})
    return {}


def _steps(alike: Sequence[dict[str, Any]]) -> Iterator[tuple[Sequence[str], dict[str, Any]]]:
    for each in alike:
        for start in range(0, len(each["keys"]), STEP):
            yield each["keys"][start : start + STEP], each["values"]
