"""What stages mean: from the files, from a person's word, and else from their names, said as guesses."""

from __future__ import annotations

import re

import duckdb

from salesops.book.settings import Settings

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
_USUAL_ORDER = (
    r"lead|new|suspect",
    r"prospect|contact|intro",
    r"qualif|engag",
    r"discover|needs|analysis|develop",
    r"solution|value|demo|present|pitch|id\.",
    r"propos|quote|offer",
    r"negotiat|review|legal|contract|commit|finali[sz]e|close$",
)


def fill_stages(work: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Complete `pipeline_stage`: one row for every stage deals have been in, with order and meaning.

    What a person said wins over the files, and the files over guesses from names. Also makes `_pipeline`
    with the first pitched and first qualified position of each pipeline (null where none is flagged).
    """
    _add_missing(work)
    _place(work)
    _say(work, settings)
    work.execute(
        """
        CREATE OR REPLACE TABLE _pipeline AS
        SELECT pipeline, min(position) FILTER (is_pitched AND outcome = 'open') AS pitched,
            min(position) FILTER (is_qualified AND outcome = 'open') AS qualified
        FROM pipeline_stage GROUP BY pipeline
        """
    )


def _add_missing(work: duckdb.DuckDBPyConnection) -> None:
    work.execute(
        "UPDATE pipeline_stage SET pipeline = (SELECT mode(pipeline) FROM opportunity) "
        "WHERE pipeline IS NULL OR pipeline = ''"
    )
    work.execute("UPDATE pipeline_stage SET pipeline = 'Sales' WHERE pipeline IS NULL")
    work.execute(
        """
        INSERT INTO pipeline_stage (pipeline, stage, is_active)
        SELECT DISTINCT pipeline, stage, true FROM (
            SELECT pipeline, stage FROM opportunity UNION ALL
            SELECT pipeline, stage FROM opportunity_version)
        WHERE stage IS NOT NULL AND (pipeline, stage) NOT IN (
            SELECT (pipeline, stage) FROM pipeline_stage)
        """
    )


def _place(work: duckdb.DuckDBPyConnection) -> None:
    """Outcome and order of every stage; known order first, then chance of winning, then the usual words."""
    reached = dict(
        work.execute(
            "SELECT stage, avg(rank) FROM (SELECT stage, row_number() OVER (PARTITION BY opportunity_id "
            "ORDER BY min(valid_from)) AS rank FROM opportunity_version WHERE stage IS NOT NULL "
            "GROUP BY opportunity_id, stage) GROUP BY stage"
        ).fetchall()
    )
    stages = work.execute(
        "SELECT pipeline, stage, position, default_probability, outcome, is_pitched, is_qualified, "
        "forecast_category FROM pipeline_stage"
    ).fetchall()
    for pipeline in {s[0] for s in stages}:
        mine = [s for s in stages if s[0] == pipeline]
        ordered = sorted(
            mine,
            key=lambda s: (
                _outcome(s) != "open",
                s[2] is None,
                s[2] or 0,
                float(s[3]) if s[3] is not None else 2.0,
                _usual(s[1]),
                reached.get(s[1], 99.0),
                s[1],
            ),
        )
        knows_pitched = any(s[5] is not None for s in mine)
        knows_qualified = any(s[6] is not None for s in mine)
        opened = [s for s in ordered if _outcome(s) == "open"]
        pitched_from = _first(opened, _PITCHED)
        qualified_from = _first(opened, _QUALIFIED)
        for position, stage in enumerate(ordered, 1):
            is_open = _outcome(stage) == "open"
            pitched = stage[5] if knows_pitched else is_open and _from(position, pitched_from)
            # Where no name tells, every open deal counts as pipeline, as it does in a spreadsheet.
            qualified = (
                stage[6] if knows_qualified else is_open and _from(position, qualified_from or 1)
            )
            work.execute(
                "UPDATE pipeline_stage SET position = ?, outcome = ?, is_pitched = ?, is_qualified = ?, "
                "forecast_category = coalesce(forecast_category, ?), is_active = coalesce(is_active, true) "
                "WHERE pipeline = ? AND stage = ?",
                [
                    position,
                    _outcome(stage),
                    bool(pitched),
                    bool(qualified),
                    "pipeline" if is_open else "closed" if _outcome(stage) == "won" else "omitted",
                    pipeline,
                    stage[1],
                ],
            )


def _say(work: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    for meaning in settings.stages:
        for column in ("position", "outcome", "is_pitched", "is_qualified"):
            value = getattr(meaning, column)
            if value is not None:
                work.execute(
                    f"UPDATE pipeline_stage SET {column} = ? WHERE stage = ? AND (? = '' OR pipeline = ?)",
                    [value, meaning.stage, meaning.pipeline, meaning.pipeline],
                )


def _outcome(stage: tuple[object, ...]) -> str:
    if stage[4]:
        return str(stage[4])
    name = str(stage[1])
    for pattern, outcome in ((_NO_DECISION, "no_decision"), (_WON, "won"), (_LOST, "lost")):
        if pattern.search(name):
            return outcome
    return "open"


def _usual(name: str) -> int:
    for place, words in reversed(list(enumerate(_USUAL_ORDER))):
        if re.search(words, name, re.I):
            return place
    return len(_USUAL_ORDER)


def _first(stages: list[tuple[object, ...]], words: re.Pattern[str]) -> int | None:
    for position, stage in enumerate(stages, 1):
        if words.search(str(stage[1])):
            return position
    return None


def _from(position: int, first: int | None) -> bool:
    return first is not None and position >= first
