"""Numbers of a large book stand still while edits come in, until the next state has its answers too.

A number of a million opportunities takes seconds. An office publishes a state every second or so, and each begins
without answers: whoever reads numbers would wait for each of them again. So a reader's numbers go on speaking of
one state while what was asked of it is asked of the newest in the background, and then change over all at once.
Lists and records, which take no time, are of the newest state always.
"""

from __future__ import annotations

import dataclasses
import logging
import threading
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesops.book.engine import NOTHING, Ask, BookFacts, Rows
from salesops.book.question import Question
from salesops.engines.duckdb import KEPT_ANSWERS, DuckDBEngine, _Generation
from salesops.engines.folder import Manifest

if TYPE_CHECKING:
    import ibis.expr.types as ir

# Of fewer versions every number is asked anew within a page's time.
LARGE = 200_000
# What nobody asked for so long is not asked of the next state.
REMEMBERED_SECONDS = 600.0
# Who comes back after so long waits rather than read what was true then.
LONGEST_BEHIND = 300.0

_NEVER = datetime.min.replace(tzinfo=UTC)
# Readers' questions come first, so no more than one reader's are asked ahead at a time in a process.
_one_at_a_time = threading.Lock()
log = logging.getLogger("salesops.engines")


class OneGeneration:
    """An engine that stays with one state of its book: all it answers goes together, whatever is published meanwhile."""

    def __init__(self, engine: DuckDBEngine, generation: _Generation) -> None:
        self._engine, self._generation = engine, generation

    @property
    def manifest(self) -> Manifest:
        """The manifest of this generation."""
        return self._generation.manifest

    @property
    def facts(self) -> BookFacts:
        """What the book knows of itself."""
        return self._generation.facts

    def answer(self, question: Question, values: Mapping[str, Any]) -> Rows:
        """One row a group, or the rows behind, for the given parameter values."""
        return self._engine._answered(self._generation, question, values)

    def page(
        self, question: Question, values: Mapping[str, Any], order: str, limit: int, offset: int
    ) -> Rows:
        """One page of the rows behind a number; `order` is SQL over its columns."""
        return self._engine._page(self._generation, question, values, order, limit, offset)

    def run(self, sql: str, values: Mapping[str, Any] = NOTHING) -> Rows:
        """Run SQL over this generation, read-only."""
        return self._engine._run(self._generation, sql, values)

    def holding(
        self, name: str, sql: str, values: Mapping[str, Any]
    ) -> AbstractContextManager[Ask]:
        """A way to run SQL over this generation that finds an answer as a table, made once."""
        return self._engine._holding(self._generation, name, sql, values)

    def table(self, name: str) -> ir.Table:
        """The Ibis table of that name."""
        return self._engine._table(self._generation, name)


@dataclass(frozen=True)
class _Asked:
    """A question, the values it was asked with, and when it was asked last."""

    question: Question
    values: Mapping[str, Any]
    at: float


class SteadyEngine(DuckDBEngine):
    """The embedded engine, with numbers that change over once the newest state has what was asked of the former."""

    def __init__(self, folder: Path, *, memory_limit: str = "512MB") -> None:
        super().__init__(folder, memory_limit=memory_limit)
        self._held: _Generation | None = None
        self._was_newest_at = 0.0
        self._asked: dict[tuple[Any, ...], _Asked] = {}
        self._following: threading.Thread | None = None
        self._rests_until = 0.0

    def steady(self) -> OneGeneration:
        """The state numbers speak of: the newest, or in a large book the one before until the newest is prepared."""
        newest, held, now = self._current(), self._held, time.monotonic()
        if held is None or newest is held or not self._may_stay(held, newest, now):
            self._held, self._was_newest_at = newest, now
            return OneGeneration(self, newest)
        self._prepare(newest, now)
        return OneGeneration(self, held)

    def close(self) -> None:
        """Let go of the file; the next question opens it again."""
        super().close()
        self._held = None

    def _may_stay(self, held: _Generation, newest: _Generation, now: float) -> bool:
        """Edits of the same base are waited with; what changed the meaning of the book shows at once."""
        is_large = newest.manifest.rows.get("opportunity_version", 0) >= LARGE
        is_recent = now - self._was_newest_at < LONGEST_BEHIND
        return (
            is_large
            and is_recent
            and held.manifest.base == newest.manifest.base
            and _meaning(held.facts) == _meaning(newest.facts)
        )

    def _prepare(self, newest: _Generation, now: float) -> None:
        with self._lock:
            is_busy = self._following is not None and self._following.is_alive()
            if is_busy or now < self._rests_until:
                return
            self._following = threading.Thread(
                target=self._ask_ahead, args=(newest,), name="salesops-ask-ahead", daemon=True
            )
            self._following.start()

    def _ask_ahead(self, newest: _Generation) -> None:
        began = time.monotonic()
        try:
            with _one_at_a_time:
                held = self._held
                if held is not None:
                    for asked in self._lately_asked(began):
                        values = _moved(asked.values, held.facts, newest.facts)
                        super()._answered(newest, asked.question, values)
        except Exception:  # such as a closed engine: readers then wait for the newest themselves
            log.exception("Numbers could not be asked ahead of their readers.")
        self._held = newest
        ended = time.monotonic()
        self._was_newest_at = began
        self._rests_until = ended + (ended - began)  # half of the time at most

    def _lately_asked(self, now: float) -> list[_Asked]:
        return [a for a in list(self._asked.values()) if now - a.at < REMEMBERED_SECONDS]

    def _answered(
        self, generation: _Generation, question: Question, values: Mapping[str, Any]
    ) -> Rows:
        if generation is self._held and question.answer == "cells":
            if len(self._asked) >= KEPT_ANSWERS:
                self._asked = {}
            key = self._key(question, values)
            self._asked[key] = _Asked(question, values, time.monotonic())
        return super()._answered(generation, question, values)


def _meaning(facts: BookFacts) -> BookFacts:
    """What a book knows of itself, but for which state it is of."""
    return dataclasses.replace(facts, generation=0, data_as_of=_NEVER)


def _moved(values: Mapping[str, Any], before: BookFacts, since: BookFacts) -> dict[str, Any]:
    """The values of a question for a later state: what was asked as of then is asked as of now."""
    then, now = (f.data_as_of.replace(tzinfo=None) for f in (before, since))
    return {k: now if v == then else v for k, v in values.items()}
