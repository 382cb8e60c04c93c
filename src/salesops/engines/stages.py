"""What stages mean: from the files, from a person's word, and else from their names, said as guesses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb

from salesops.book.settings import FormerMeaning, Settings, StageMeaning
from salesops.book.stage_meaning import DATED
from salesops.engines.meanings import FIRST, Meant, make_spans, note_spans
from salesops.foundations.instant import bare, in_zone
from salesops.foundations.period import day_begins

_WON = re.compile(r"\bwon\b|gewonnen|gagn|ganad|\bclosed[ -]?won\b|^closedwon$", re.I)
_LOST = re.compile(r"\blost\b|verloren|perdu|perdid|^closedlost$|disqualif", re.I)
_NO_DECISION = re.compile(
    r"no[ -]?decision|abandon|cancel|omitted|stalled out|keine entscheidung", re.I
)
_PITCHED = re.compile(
    r"pitch|present|demo|propos|quote|offer|negotiat|contract|commit|finali[sz]e|angebot|verhandl|devis|propuesta",
    re.I,
)
_QUALIFIED = re.compile(
    r"(?<!un)(?<!dis)qualif|discover|develop|solution|needs|value|demo|propos|quote|negotiat|commit|contract|finali[sz]e"
    r"|engag|angebot|bedarf",
    re.I,
)
_READ_AS = {"outcome": "outcome_read"}  # what a record's columns are called here
_USUAL_ORDER = (
    r"lead|new|suspect",
    r"prospect|contact|intro",
    r"qualif|engag",
    r"discover|needs|analysis|develop",
    r"solution|value|demo|present|pitch|id\.",
    r"propos|quote|offer",
    r"negotiat|review|legal|contract|commit|finali[sz]e|close$",
)


@dataclass(frozen=True)
class _Stage:
    """One stage as the files have it, with what a person said of it."""

    pipeline: str
    stage: str
    position: int | None
    probability: Decimal | None
    outcome_read: str | None
    is_pitched: bool | None
    is_qualified: bool | None
    forecast_category: str | None
    is_active: bool | None
    said: StageMeaning = field(kw_only=True)
    former: tuple[FormerMeaning, ...] = field(default=(), kw_only=True)  # the latest first

    def on(self, day: date) -> _Stage:
        """The stage as it was meant on a day."""
        meant = self
        for former in self.former:
            if former.until > day and former.is_said:
                meant = replace(meant, said=meant.said.model_copy(update=former.meant))
            elif former.until > day:
                read: dict[str, Any] = {_READ_AS.get(c, c): v for c, v in former.meant.items()}
                meant = replace(meant, **read)
        return meant

    @property
    def outcome_found(self) -> str:
        """What the files say it means, else what its name does."""
        if self.outcome_read:
            return self.outcome_read
        for pattern, outcome in ((_NO_DECISION, "no_decision"), (_WON, "won"), (_LOST, "lost")):
            if pattern.search(self.stage):
                return outcome
        return "open"

    @property
    def outcome(self) -> str:
        """What it means."""
        return self.said.outcome or self.outcome_found

    @property
    def is_open(self) -> bool:
        """Deals in it are still going on."""
        return self.outcome == "open"

    @property
    def was_ever_open(self) -> bool:
        """Deals in it go on, or once did: then it has its place on the way, before the stages that end it."""
        days = (former.until - timedelta(days=1) for former in self.former)
        return self.is_open or any(self.on(day).is_open for day in days)

    @property
    def category(self) -> str:
        """The forecast category of deals that name none; the files' holds while the outcome is theirs."""
        if self.forecast_category and self.outcome == self.outcome_found:
            return self.forecast_category
        return "pipeline" if self.is_open else "closed" if self.outcome == "won" else "omitted"


def fill_stages(work: duckdb.DuckDBPyConnection, settings: Settings, now: datetime) -> None:
    """Complete `pipeline_stage`: one row for every stage in `_stage_used`, with order and meaning as of `now`.

    What a person said wins over the files, and the files over guesses from names. Also makes `_stage_meaning`: each
    span of time over which a stage meant the same.
    """
    _spread(work)
    _add_missing(work)
    _give_meaning(work, settings, now)


def _spread(work: duckdb.DuckDBPyConnection) -> None:
    """A stage that names no pipeline is one of every pipeline it is used in, else of the commonest.

    One row is left for a stage of a pipeline: one that names the pipeline, and the last of several.
    """
    work.execute(
        """
        CREATE OR REPLACE TABLE _stage_spread AS
        WITH commonest AS (
            SELECT pipeline FROM opportunity GROUP BY pipeline ORDER BY count(*) DESC, pipeline LIMIT 1),
        placed AS (
            SELECT s.* REPLACE (coalesce(nullif(s.pipeline, ''), u.pipeline,
                    (SELECT pipeline FROM commonest), 'Sales') AS pipeline),
                coalesce(s.pipeline, '') <> '' AS is_named, s.rowid AS place
            FROM pipeline_stage s LEFT JOIN _stage_used u ON coalesce(s.pipeline, '') = '' AND u.stage = s.stage)
        SELECT * EXCLUDE (is_named, place) FROM placed
        QUALIFY row_number() OVER (PARTITION BY pipeline, stage ORDER BY is_named DESC, place DESC) = 1
        """
    )
    work.execute("DELETE FROM pipeline_stage")
    work.execute("INSERT INTO pipeline_stage BY NAME FROM _stage_spread")
    work.execute("DROP TABLE _stage_spread")


def _add_missing(work: duckdb.DuckDBPyConnection) -> None:
    work.execute(
        """
        INSERT INTO pipeline_stage (pipeline, stage, is_active)
        SELECT pipeline, stage, true FROM _stage_used
        WHERE stage IS NOT NULL AND (pipeline, stage) NOT IN (
            SELECT (pipeline, stage) FROM pipeline_stage)
        """
    )


def _give_meaning(work: duckdb.DuckDBPyConnection, settings: Settings, now: datetime) -> None:
    """Order, outcome and flags of every stage, pipeline by pipeline."""
    zone = settings.calendar.time_zone
    today = in_zone(now, zone).date()
    make_spans(work)
    reached = _reached(work)
    stages = [
        _Stage(
            *row,
            said=_said(settings, pipeline=row[0], stage=row[1]),
            former=_former(settings, pipeline=row[0], stage=row[1]),
        )
        for row in work.execute(
            "SELECT pipeline, stage, position, default_probability, outcome, is_pitched, "
            "is_qualified, forecast_category, is_active FROM pipeline_stage"
        ).fetchall()
    ]
    for pipeline in sorted({s.pipeline for s in stages}):
        ordered = _in_order(pipeline, stages, reached)
        times = _over_time(ordered, today, zone)
        note_spans(
            work,
            pipeline,
            [stage.stage for stage in ordered],
            [(since, _meant(flagged)) for since, flagged in times],
        )
        for position, (stage, is_pitched, is_qualified) in enumerate(times[-1][1], 1):
            work.execute(
                "UPDATE pipeline_stage SET position = ?, outcome = ?, is_pitched = ?, is_qualified = ?, "
                "forecast_category = ?, is_active = ? WHERE pipeline = ? AND stage = ?",
                [
                    position,
                    stage.outcome,
                    is_pitched,
                    is_qualified,
                    stage.category,
                    stage.is_active is not False,
                    pipeline,
                    stage.stage,
                ],
            )


def in_usual_order(
    work: duckdb.DuckDBPyConnection, stages: Iterable[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Stages of which nothing is told, each with its pipeline, in the order in which a book has them."""
    reached = _reached(work)
    bare = [
        _Stage(pipeline, stage, *[None] * 7, said=StageMeaning(stage=stage))
        for pipeline, stage in stages
    ]
    pipelines = sorted({s.pipeline for s in bare})
    ordered = [s for pipeline in pipelines for s in _in_order(pipeline, bare, reached)]
    return [(s.pipeline, s.stage) for s in ordered]


def _reached(work: duckdb.DuckDBPyConnection) -> dict[str, float]:
    """As which of their stages deals reached each, on average."""
    return dict(
        work.execute(
            "SELECT stage, avg(rank) FROM (SELECT stage, row_number() OVER (PARTITION BY opportunity_id "
            "ORDER BY min(valid_from), stage) AS rank FROM opportunity_version WHERE stage IS NOT NULL "
            "GROUP BY opportunity_id, stage) GROUP BY stage"
        ).fetchall()
    )


def _said(settings: Settings, pipeline: str, stage: str) -> StageMeaning:
    """What a person said of the stage: of every pipeline's, and over that of this one's."""
    words: dict[str, Any] = {"stage": stage}
    for meaning in sorted(settings.stages, key=lambda m: m.pipeline != ""):
        if meaning.until is None and meaning.is_of(pipeline, stage):
            words |= meaning.model_dump(exclude_none=True)
    return StageMeaning.model_validate(words)


def _former(settings: Settings, pipeline: str, stage: str) -> tuple[FormerMeaning, ...]:
    """What the stage meant before, the latest day first."""
    of_name = [f for f in settings.former_meanings if f.stage == stage]
    its = [f for f in of_name if f.pipeline == pipeline] or [f for f in of_name if not f.pipeline]
    its += [
        FormerMeaning(
            pipeline=m.pipeline,
            stage=stage,
            until=m.until,
            meant=m.model_dump(include=set(DATED), exclude_none=True),
            is_said=True,
        )
        for m in settings.stages
        if m.until is not None and m.is_of(pipeline, stage)
    ]
    return tuple(sorted(its, key=lambda f: (f.until, f.pipeline == ""), reverse=True))


def _over_time(
    ordered: Sequence[_Stage], today: date, zone: str
) -> list[tuple[datetime, list[tuple[_Stage, bool, bool]]]]:
    """The stages of a pipeline with their flags, from each instant on at which one came to mean something else.

    The last is what they mean today. The order is one for all of time: by two of them ways could not be compared.
    """
    days = {f.until for stage in ordered for f in stage.former if f.until <= today}
    return [
        (
            FIRST if day == date.min else bare(day_begins(day, zone)),
            _flagged([stage.on(day) for stage in ordered]),
        )
        for day in (date.min, *sorted(days))
    ]


def _meant(flagged: Sequence[tuple[_Stage, bool, bool]]) -> list[Meant]:
    """What each stage of a pipeline means."""
    first = [
        min((position for position, row in enumerate(flagged, 1) if row[flag]), default=None)
        for flag in (1, 2)
    ]
    return [
        Meant(
            (stage.outcome, is_qualified, stage.category),
            tuple(
                at is not None and (stage.outcome == "won" or (stage.is_open and position >= at))
                for at in first
            ),
        )
        for position, (stage, _, is_qualified) in enumerate(flagged, 1)
    ]


def _in_order(pipeline: str, stages: Sequence[_Stage], reached: dict[str, float]) -> list[_Stage]:
    """The stages of a pipeline as deals go through them."""
    own = [s for s in stages if s.pipeline == pipeline]
    # Words of some stages put them in no order with those of others.
    by_words = all(_usual(s.stage) < len(_USUAL_ORDER) for s in own if s.was_ever_open)
    return sorted(own, key=lambda s: _order(s, reached, by_words=by_words))


def _order(stage: _Stage, reached: dict[str, float], *, by_words: bool) -> tuple[Any, ...]:
    """Known order first, then the chance of winning, then the usual words, then how deals went.

    How deals went comes before the words where these do not tell of every stage.
    """
    went, words = reached.get(stage.stage, 99.0), _usual(stage.stage)
    said = stage.said.position
    position = stage.position if said is None else said
    return (
        not stage.was_ever_open,
        position is None,
        position or 0,
        said is None,
        2 if stage.probability is None else stage.probability,
        *((words, went) if by_words else (went, words)),
        stage.stage,
    )


def _flagged(ordered: list[_Stage]) -> list[tuple[_Stage, bool, bool]]:
    """Each stage with whether it is pitched and qualified: as said, as read, or as names have it.

    Where no name tells, every open deal counts as pipeline, as it does in a spreadsheet.
    """
    pitched_from = _first(ordered, _PITCHED)
    qualified_from = _first_qualified(ordered)
    knows_pitched = any(s.is_pitched is not None for s in ordered)
    knows_qualified = any(s.is_qualified is not None for s in ordered)
    flagged = []
    for position, stage in enumerate(ordered, 1):
        pitched = stage.is_pitched if knows_pitched else _from(position, pitched_from)
        qualified = stage.is_qualified if knows_qualified else _from(position, qualified_from)
        flagged.append(
            (
                stage,
                stage.is_open and bool(_or(stage.said.is_pitched, pitched)),
                stage.is_open and bool(_or(stage.said.is_qualified, qualified)),
            )
        )
    return flagged


def _or(said: bool | None, found: bool | None) -> bool | None:
    return found if said is None else said


def _usual(name: str) -> int:
    for place, words in reversed(list(enumerate(_USUAL_ORDER))):
        if re.search(words, name, re.I):
            return place
    return len(_USUAL_ORDER)


def _first(stages: list[_Stage], words: re.Pattern[str]) -> int | None:
    """The position of the first open stage whose name says so."""
    for position, stage in enumerate(stages, 1):
        if stage.is_open and words.search(stage.stage):
            return position
    return None


def _first_qualified(ordered: list[_Stage]) -> int:
    """The first stage whose name says that its deals are qualified; the very first where names do not tell.

    A word of the end alone, after stages of unknown names, says nothing of these.
    """
    found = _first(ordered, _QUALIFIED)
    if found is None:
        return 1
    is_late = _usual(ordered[found - 1].stage) == len(_USUAL_ORDER) - 1
    before = [_usual(s.stage) for s in ordered[: found - 1] if s.is_open]
    return 1 if is_late and len(_USUAL_ORDER) in before else found


def _from(position: int, first: int | None) -> bool:
    return first is not None and position >= first
