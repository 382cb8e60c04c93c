"""What a book's sales process asks of each stage and since when, as tables that moves of deals are held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from salesops.book.book import Book
from salesops.book.condition import condition_on_a_state
from salesops.book.history import told_since
from salesops.book.sales_process import ProcessVersion, StageRule
from salesops.foundations.instant import bare
from salesops.foundations.period import day_begins
from salesops.foundations.problem import Refusal

_FOREVER = datetime(9999, 12, 31)  # noqa: DTZ001  as the book has instants

# From values alone, so that no text of a person stands in the statement but its conditions.
RULES = """
    rule AS (
        SELECT unnest(CAST($rule_since AS TIMESTAMP[])) AS since, unnest(CAST($rule_until AS TIMESTAMP[])) AS until,
            unnest(CAST($rule_pipeline AS VARCHAR[])) AS pipeline, unnest(CAST($rule_stage AS VARCHAR[])) AS stage,
            unnest(CAST($rule_entry AS INTEGER[])) AS entry, unnest(CAST($rule_exit AS INTEGER[])) AS leave,
            unnest(CAST($rule_days AS INTEGER[])) AS days, unnest(CAST($rule_skipped AS BOOLEAN[])) AS may_be_skipped
    ), expected AS (
        SELECT unnest(CAST($work_since AS TIMESTAMP[])) AS since, unnest(CAST($work_until AS TIMESTAMP[])) AS until,
            unnest(CAST($work_pipeline AS VARCHAR[])) AS pipeline, unnest(CAST($work_stage AS VARCHAR[])) AS stage,
            unnest(CAST($work_kind AS VARCHAR[])) AS kind, unnest(CAST($work_least AS INTEGER[])) AS least
    )"""


@dataclass(frozen=True)
class Rules:
    """The tables' values, and the conditions that rules name by their places, each with since when it can be told."""

    values: dict[str, Any]
    conditions: tuple[tuple[str, datetime | None], ...]

    def unmet(self, place: str, moment: str) -> str:
        """SQL: whether the state `v` lacks what the condition at a place asks; null where history cannot tell."""
        branches = [
            f"WHEN {n} THEN "
            + (
                "CAST(NULL AS BOOLEAN)"
                if since is None
                else f"CASE WHEN {moment} >= TIMESTAMP '{bare(since)}' THEN ({text}) IS NOT TRUE END"
            )
            for n, (text, since) in enumerate(self.conditions)
        ]
        return f"CASE {place} {' '.join(branches)} END" if branches else "CAST(NULL AS BOOLEAN)"


def rules_of(book: Book) -> Rules:
    """The rules of every version. Raises Refusal for a condition that cannot be read, and says where it stands."""
    stages = book.engine.run(
        "SELECT pipeline, stage FROM pipeline_stage ORDER BY pipeline, stage"
    ).rows
    texts: dict[str, int] = {}
    rules: list[tuple[Any, ...]] = []
    work: list[tuple[Any, ...]] = []
    for version, since, until in _spans(book):
        for pipeline, stage in stages:
            rule = rule_for(version, pipeline, stage)
            if rule is None:
                continue
            entry, leave = (
                texts.setdefault(text, len(texts)) if text else None
                for text in (rule.entry, rule.exit)
            )
            here = since, until, pipeline, stage
            rules.append((*here, entry, leave, rule.days, rule.may_be_skipped))
            work += [(*here, each.kind, each.at_least) for each in rule.activities]
    where = ("since", "until", "pipeline", "stage")
    of_rules = _columns("rule", (*where, "entry", "exit", "days", "skipped"), rules)
    of_work = _columns("work", (*where, "kind", "least"), work)
    return Rules(of_rules | of_work, _conditions(book, list(texts)))


def rule_for(version: ProcessVersion, pipeline: str, stage: str) -> StageRule | None:
    """What a version says of a stage: the rule of its pipeline, else the one of all that have such a stage."""
    of_it = {rule.pipeline: rule for rule in version.stages if rule.stage == stage}
    return of_it.get(pipeline, of_it.get(""))


def unknown_stages(book: Book) -> tuple[str, ...]:
    """Stages that the process names and no pipeline of the book has."""
    rows = book.engine.run("SELECT pipeline, stage FROM pipeline_stage").rows
    known = {(pipeline, stage) for pipeline, stage in rows} | {("", stage) for _, stage in rows}
    named = (rule for version in book.settings.sales_process for rule in version.stages)
    return tuple(sorted({r.stage for r in named if (r.pipeline, r.stage) not in known}))


def check_rule(book: Book, rule: StageRule) -> None:
    """Raises Refusal, with the stage, where a condition of a rule cannot be read."""
    for what, text in (("entering", rule.entry), ("leaving", rule.exit)):
        if text:
            try:
                condition_on_a_state(book, text)
            except Refusal as refusal:
                raise Refusal(f"On {what} {rule.stage}: {refusal}") from None


def _columns(
    table: str, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> dict[str, list[Any]]:
    return {f"{table}_{name}": [row[n] for row in rows] for n, name in enumerate(names)}


def _spans(book: Book) -> list[tuple[ProcessVersion, datetime, datetime]]:
    versions = book.settings.sales_process
    begins = [bare(day_begins(v.since, book.calendar.time_zone)) for v in versions]
    ends = [*begins[1:], _FOREVER][: len(begins)]
    return list(zip(versions, begins, ends, strict=True))


def _conditions(book: Book, texts: list[str]) -> tuple[tuple[str, datetime | None], ...]:
    if not texts:
        return ()
    for version in book.settings.sales_process:
        for rule in version.stages:
            check_rule(book, rule)
    read = [condition_on_a_state(book, text) for text in texts]
    since = told_since(book, {column for _, columns in read for column in columns})
    found = []
    for text, columns in read:
        told = [since[column] for column in columns]
        known = [at for at in told if at is not None]
        found.append((text, max(known) if len(known) == len(told) else None))
    return tuple(found)
